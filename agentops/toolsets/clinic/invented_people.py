"""Invented names and people. Telephone numbers are from the range kept free for fiction, e-mails from example.com."""

from dataclasses import dataclass
from datetime import date, time

_GIVEN = """
    Aaliyah Aaron Abigail Adaeze Adam Ágnes Aisling Aleksandra Amara Amina Amir Anaïs Andrei Anneliese Anouk Arjun Ariel
    Asha Avigail Ayşe Beatriz Ben Björn Błażej Bronwyn Camille Caoimhe Carlos Céline Chaim Chidi Chloé Daniel Devorah
    Dmitri Efua Eilidh Elif Elías Emeka Emily Esther Fatima Felix Fiona François Freya Gethin Giulia Grace Gustavo Hamid
    Hana Hannah Haruki Hassan Helena Hyun-woo Ibrahim Ifeoma Inés Ingrid Isaac Isla Ivana Jack Jakub James Jelena Joanna
    João José Joshua Kamil Katarzyna Keira Khalid Kofi Lars Layla Lea Leila Lena Li Liam Lina Lior Lucía Łukasz Mahmoud
    Malik Margaret Maria Marek Mariam Mehmet Miriam Mohammed Moshe Nadia Naoko Natalia Niamh Nils Noa Noor Nuria Ngozi
    Obi Olga Oliver Olivia Omari Oscar Owain Pádraig Paul Petra Pilar Rachel Rafael Rania Ravi Rebecca Renée Rhys Rivka
    Rosa Ruth Saanvi Samira Samuel Santiago Sára Seán Shira Shoshana Sibongile Siobhán Sofia Søren Stefan Susan Svetlana
    Tamar Tariq Tenzin Thabo Thanh Tomasz Uri Usha Valentina Vikram Vusi Wanjiru William Xavier Yael Yasmin Yehuda Yuki
    Yusuf Zahra Zainab Zoë Zofia
"""
_SURNAMES = """
    Abara Abdi Achterberg Adeyemi Ahmed Åkesson Al-Masri Allen Almeida Andersson Aoki Ashworth Aydın Azoulay Baker
    Balogun Banerjee Barnes Ben-Ami Ben-David Bennett Bianchi Björk Boateng Bouchard Brennan Brzeziński Campbell Cardoso
    Castro Chaudhry Chen Chukwu Clarke Cohen Costa Da-Silva Daly Davies Desai Diallo Dlamini Dubois Dvořák Edwards
    El-Amin Eriksen Evans Farah Fernández Ferreira Fischer Fitzgerald Foster Friedman Gallagher García Ghosh Goldberg
    Gómez Gonçalves Grant Green Haddad Halevi Hall Hansen Harris Hashemi Hassan Herrera Hoang Hughes Hussain Ibáñez
    Ibrahim Iyer Jansen Jensen Jiménez Johansson Johnson Jones Kamau Kapoor Kaya Keane Kelly Khalil Khan Khoury Kim
    Kowalczyk Kumar Larsson Lee Levi Lévesque Lewandowski Li Lindqvist Lopez MacDonald Mahlangu Mansour Marchetti
    Martin McCarthy Mendes Mensah Mizrahi Mohamed Moore Moreno Morgan Müller Murphy Mwangi Nair Nakamura Naidoo Nasser
    Ndlovu Nguyen Novák Nuñez Nwosu O’Brien O’Connor O’Neill Obi Ochieng Okoye Olsen Osei Owusu Özdemir Papadakis Park
    Patel Peña Pereira Petrov Pham Popescu Qureshi Rahman Ramírez Reid Reyes Richter Rinaldi Roberts Rosenberg Rossi Roy
    Sadiq Saleh Sánchez Sato Schäfer Schmidt Scott Shah Shapiro Shaw Sharma Singh Smith Søndergaard Souza Stevens Suzuki
    Svoboda Tanaka Taylor Thomas Thompson Tkachenko Tran Turner Usman Vargas Vasquez Virtanen Walker Walsh Ward Watanabe
    Weiss Williams Wójcik Wong Wright Yadav Yamamoto Yilmaz Young Yusuf Zając Zhang Zimmermann
"""

GIVEN_NAMES = tuple(_GIVEN.split())
SURNAMES = tuple(_SURNAMES.split())

REASONS = (
    "Sore throat for a week",
    "Back pain",
    "Review of blood results",
    "Ankle swelling after a fall",
    "Cough that does not go",
    "Skin rash",
    "Headaches",
    "Blood pressure check",
    "Tiredness",
    "Travel vaccination",
    "",
)

NOTES = (
    "Hard of hearing, speak slowly.",
    "Prefers texts to calls.",
    "Step-free room please.",
    "Needs an interpreter.",
    "Brings a carer.",
)


@dataclass(frozen=True, slots=True)
class Clinician:
    """Someone who offers times."""

    title: str
    name: str
    role: str
    room: str


CLINICIANS = (
    Clinician("Dr", "Anita Patel", "GP", "4"),
    Clinician("Dr", "Wei Chen", "GP", "2"),
    Clinician("Dr", "Samuel Okafor", "GP", "5"),
    Clinician("Dr", "Helen Lowe-Baker", "GP", "3"),
    Clinician("Dr", "Yael Mizrahi", "GP", "6"),
    Clinician("Nurse", "Grace Lowe", "nurse", "1"),
    Clinician("Nurse", "Tomasz Zając", "nurse", "7"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking at a fixed place: so many working days after today, at this time, with clinician number so."""

    working_days: int
    at: time
    clinician: int
    kind: str


@dataclass(frozen=True, slots=True)
class Person:
    """A patient who is in every generated clinic."""

    given: str
    surname: str
    born: date
    number: str
    mobile: str
    visit: Visit | None = None


NAMED_PEOPLE = (
    Person("Ana", "Gomez", date(1987, 5, 14), "4821 077", "07700 900123", Visit(1, time(15, 30), 0, "follow-up")),
    Person("Leo", "Brandt", date(1979, 10, 2), "4821 163", "07700 900131", Visit(3, time(9, 30), 1, "consultation")),
    Person("Priya", "Shah", date(1992, 1, 27), "4822 410", "07700 900144", Visit(4, time(11, 0), 2, "surgery review")),
    Person("Omar", "Haddad", date(1968, 7, 19), "4823 592", "07700 900152", Visit(2, time(10, 30), 5, "blood test")),
    Person("Mei", "Chen", date(2001, 12, 8), "4824 008", "07700 900167", Visit(3, time(16, 0), 1, "consultation")),
    Person("Sam", "Ward", date(1955, 3, 30), "4825 731", "07700 900178", Visit(5, time(14, 0), 3, "medication review")),
    Person("Dele", "Okafor", date(1983, 8, 11), "4826 254", "07700 900189", Visit(6, time(9, 0), 4, "consultation")),
    Person("Tom", "Reid", date(1947, 11, 5), "4827 946", "07700 900196", Visit(7, time(17, 0), 0, "follow-up")),
)

LOOK_ALIKES = (
    Person("Ana", "Gomez", date(1962, 9, 3), "5190 338", "07700 900211"),
    Person("Anna", "Gómez", date(1990, 5, 14), "5190 339", "07700 900212"),
    Person("Priya", "Shaw", date(1992, 7, 21), "5190 340", "07700 900213"),
    Person("Pria", "Shah", date(2010, 1, 27), "5190 341", "07700 900214"),
    Person("Omar", "Hadad", date(1986, 7, 9), "5190 342", "07700 900215"),
    Person("Thomas", "Reid", date(1974, 5, 11), "5190 343", "07700 900216"),
)
