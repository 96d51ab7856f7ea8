// What a script writes, in the reader's language: the page brings the sentences along, "#" stands for a value.

const found = document.querySelector("template[data-words]")?.content.children ?? [];
const words = new Map([...found].map((one) => [one.dataset.word, one.textContent]));

/** The sentence of that name with the value in it. */
export const say = (name, value = "") => (words.get(name) ?? name).replace("#", value);

/** The same for a number, which is told in one or in many. */
export const sayCount = (name, number) => say(`${name}-${number === 1 ? "one" : "many"}`, number);
