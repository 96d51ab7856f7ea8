"""A day of front-desk requests as people write them: each one leads to the right proposal or the right question."""

from typing import Any

import pytest

from tests.agentops.llm.offline_clinic import FakeClinic, Talk

BOOK, MOVE, CANCEL = "book_appointment", "reschedule_appointment", "cancel_appointment"
TEXT, HAND_OVER = "send_message", "escalate_to_human"
Expected = tuple[str, str, dict[str, Any]]

BOOKED: list[Expected] = [
    ("hiya its ana gomez 3/3/81 can i c dr patel thurs pm ta", BOOK, {"patient_id": 1, "slot_id": 13}),
    (
        "Ben Okafor, 12 July 1975. Can I have a vaccination with Nurse Lowe on Friday morning?",
        BOOK,
        {"patient_id": 2, "slot_id": 16, "kind": "vaccination"},
    ),
    ("ben okafor 12.07.1975 need to see dr chen tmrw", BOOK, {"patient_id": 2, "slot_id": 10}),
    (
        "Good afternoon. I wonder if it might be at all possible to see Dr Patel on Friday? My name is "
        "Ben Okafor and I was born on 12 July 1975.",
        BOOK,
        {"patient_id": 2, "slot_id": 15},
    ),
    (
        "Is there any chance of seeing Dr Patel on Thursday afternoon? Ben Okafor, DOB 12/07/1975",
        BOOK,
        {"patient_id": 2, "slot_id": 13},
    ),
    ("any slots with dr patel on friday? ben okafor, 12/7/75", BOOK, {"patient_id": 2, "slot_id": 15}),
    (
        "my tooth hurts, can someone look at it tomorrow? Ben Okafor, dob 12-07-1975",
        BOOK,
        {"patient_id": 2, "slot_id": 10},
    ),
    (
        "I need my flu jab on friday pls. ben okafor born 12th july 1975",
        BOOK,
        {"patient_id": 2, "slot_id": 15, "kind": "vaccination"},
    ),
    ("Could you squeeze me in tomorrow morning? It's Ben Okafor (12/07/1975).", BOOK, {"patient_id": 2, "slot_id": 10}),
    (
        "Can you fit Ben Okafor in with Dr Chen on Thursday? He was born on July 12th, 1975.",
        BOOK,
        {"patient_id": 2, "slot_id": 12},
    ),
    (
        "My son needs to be seen on Friday morning. It's for my son Ben Okafor, born 12 July 1975.",
        BOOK,
        {"patient_id": 2, "slot_id": 15},
    ),
    (
        "Hello, I'm ringing on behalf of my mother, Ana Gomez, 03/03/1981. She'd like to see Dr Chen tomorrow.",
        BOOK,
        {"patient_id": 1, "slot_id": 10},
    ),
    (
        "This is Ruth calling for my mother Ana Gomez, date of birth 3 March 1981. She wants Dr Patel "
        "on Thursday at half three.",
        BOOK,
        {"patient_id": 1, "slot_id": 13},
    ),
    ("ana gomez here 3 march 1981, book me in with dr patel 26 nov 4pm", BOOK, {"patient_id": 1, "slot_id": 14}),
    (
        "Please can I have an appointment with Doctor Patel on the 26th at 15:30? Ana Gomez, D.O.B. 03.03.1981",
        BOOK,
        {"patient_id": 1, "slot_id": 13},
    ),
    ("i want 2 c dr chen b4 lunch 2moro. ana gomez 3 mar 1981", BOOK, {"patient_id": 1, "slot_id": 10}),
    ("Ana Gomez, 1981-03-03: Dr Patel, Friday 27 November, 10am.", BOOK, {"patient_id": 1, "slot_id": 15}),
    (
        "I'd prefer Thursday with Dr Patel, late afternoon. I'm Ana Gomez, born March 3, 1981.",
        BOOK,
        {"patient_id": 1, "slot_id": 13},
    ),
    (
        "Can I get an appointment for my wife Ana Gomez (3 March 1981) on Thursday with Dr Chen?",
        BOOK,
        {"patient_id": 1, "slot_id": 12},
    ),
    ("apointment with dr patel on thrusday please, Ana Gomez 3/3/1981", BOOK, {"patient_id": 1, "slot_id": 11}),
    (
        "I've had a nasty cough for two weeks. Could one of the doctors see me tomorrow? Ana Gomez, 3rd March 1981",
        BOOK,
        {"patient_id": 1, "slot_id": 10},
    ),
    (
        "Could I see Dr Patel on Thursday at 2, or around then if possible? Ana Gomez, 3 March 1981.",
        BOOK,
        {"patient_id": 1, "slot_id": 13},
    ),
    (
        "Hello, I was hoping to pop in and have my ears looked at on Thursday by Dr Chen. Ben Okafor, 12/07/75.",
        BOOK,
        {"patient_id": 2, "slot_id": 12},
    ),
    (
        "Morning, would Dr Patel have anything on Friday for Ben Okafor, 12 July 1975?",
        BOOK,
        {"patient_id": 2, "slot_id": 15},
    ),
]
MOVED: list[Expected] = [
    (
        "It's Ana Gomez, 3 March 1981. I can't make my appointment. Could I do Thursday instead, any "
        "time after three? Same doctor if you can.",
        MOVE,
        {"appointment_id": 501, "slot_id": 13},
    ),
    (
        "Please move my appointment on Wednesday to Thursday afternoon. Ana Gomez",
        MOVE,
        {"appointment_id": 501, "slot_id": 13},
    ),
    (
        "can't make wednesday, could I do friday instead? Ana Gomez 03/03/1981",
        MOVE,
        {"appointment_id": 501, "slot_id": 15},
    ),
    ("ana gomez 3.3.1981 cant do weds can i swap to fri morning", MOVE, {"appointment_id": 501, "slot_id": 15}),
    (
        "Something's come up on Wednesday, is there anything on Friday with Dr Patel? Ana Gomez, 3 March 1981",
        MOVE,
        {"appointment_id": 501, "slot_id": 15},
    ),
    (
        "Could I swap my appointment for one on Friday? Ana Gomez, 3 March 1981",
        MOVE,
        {"appointment_id": 501, "slot_id": 15},
    ),
    ("Ana Gomez, 3/3/81. Please push my appointment back a day.", MOVE, {"appointment_id": 501, "slot_id": 11}),
    (
        "Ann Reed, 1 January 1990. Please move my appointment with Dr Chen on 2 December to Thursday at 2pm",
        MOVE,
        {"appointment_id": 502, "slot_id": 12},
    ),
    (
        "I can't make Wednesday, could I come on Thursday at 2 instead? Same doctor if possible. Ana "
        "Gomez 3 March 1981",
        MOVE,
        {"appointment_id": 501, "slot_id": 12},
    ),
]
CANCELLED: list[Expected] = [
    ("Please cancel my appointment, I am feeling better. Ana Gomez, 3 March 1981.", CANCEL, {"appointment_id": 501}),
    ("ana gomez 3 mar 1981 cant come weds", CANCEL, {"appointment_id": 501}),
    ("Name is Ana Gomez, born on 3 March 1981. I need to cancel.", CANCEL, {"appointment_id": 501}),
    (
        "Sorry to be a pain but I won't be able to make it on Wednesday. Ana Gomez, 03/03/1981",
        CANCEL,
        {"appointment_id": 501},
    ),
    ("my mum ana gomez 3/3/81 is in hospital so she wont be able to come to her appt", CANCEL, {"appointment_id": 501}),
    (
        "I no longer need to see Dr Patel on Wednesday, thank you. Ana Gomez, 3rd of March 1981",
        CANCEL,
        {"appointment_id": 501},
    ),
    ("Cancel the one with Dr Chen. Ann Reed, 1 January 1990.", CANCEL, {"appointment_id": 502}),
]
SENT_OR_HANDED_OVER: list[Expected] = [
    ("Are my blood results back? Ana Gomez, 3 March 1981", HAND_OVER, {"urgent": False}),
    ("Is it ok to take ibuprofen with my tablets?", HAND_OVER, {"urgent": False}),
    (
        "Please text Ben Okafor, born 12 July 1975, that his form is ready",
        TEXT,
        {"patient_id": 2, "body": "Hello Ben, your form is ready. Harbour Lane Surgery"},
    ),
    (
        "let ana gomez 3/3/81 know that the clinic is closed on friday",
        TEXT,
        {"patient_id": 1, "body": "Hello Ana, the clinic is closed on friday. Harbour Lane Surgery"},
    ),
    ("Tell Dr Patel I am running late", HAND_OVER, {"urgent": False}),
    ("can somebody ring me back pls", HAND_OVER, {"urgent": False}),
    ("Hola, quiero una cita para el lunes con la doctora", HAND_OVER, {"urgent": False}),
    ("Мне нужно записаться к врачу", HAND_OVER, {"urgent": False}),
    ("my husband has collapsed and wont wake up", HAND_OVER, {"urgent": True}),
]
ANSWERED = [
    (
        "I'd like to book with Dr Smith on Friday. Ana Gomez, 3 March 1981.",
        "nobody called Dr Smith here. We have Dr Anita Patel",
    ),
    ("Can I see Dr Lowe on Friday? Ana Gomez, 3 March 1981", "Did you mean"),
    ("I would like an appointment please", "full name and date of birth"),
    ("hi its ben can i see a doctor tomorrow", "full name and date of birth"),
    ("Can I see Dr Patel? Ben Okafor, 12 July 1975", "next free times are"),
    ("Could I see Dr Chen on Friday? Ben Okafor, 12 July 1975", "Dr Wei Chen has nothing free on Friday 27 November"),
    ("Is Dr Chen about tomorrow?", "Shall I book it?"),
    ("Who is free on Thursday morning?", "Dr Anita Patel"),
    ("Book Zoe Quill, 2 February 1980, with Dr Patel on Thursday", "I cannot find Zoe Quill"),
    ("Ann Reed wants to see Dr Patel on Friday", "more than one Ann Reed"),
    (
        "Can I come in next Thursday with Dr Patel? Ana Gomez, 3 March 1981",
        "Thursday 26 November or Thursday 3 December",
    ),
    ("Can you push it back an hour? Ana Gomez, 3 March 1981", "nothing free at 10am on Wednesday 25 November"),
    ("This is Ana Gomez, 3 March 1981. Have you got anything later?", "Which would you like?"),
    ("Is there something earlier? Ana Gomez, 3 March 1981", "nothing free before Wednesday 25 November at 9am"),
    ("I need to rearrange my appointment, Ana Gomez, 3 March 1981", "When would you like it instead?"),
    ("Ann Reed, 1 January 1990. Please reschedule my appointment to Friday.", "Which one do you mean?"),
    ("Ben Okafor, 12 July 1975. Move my appointment to Friday please", "no appointment booked"),
    ("Ann Reed 1/1/1990, pls cancel my appointment", "Which one do you mean?"),
    ("Cancel my appointment on Friday please. Ana Gomez, 3 March 1981", "Do you mean that one?"),
    ("Can you cancel my appointment please", "full name and date of birth"),
    ("when am i in next? ana gomez 3/3/1981", "Wednesday 25 November at 9am with Dr Anita Patel"),
    ("What time is my appointment on Wednesday? Ana Gomez, 3 March 1981", "Wednesday 25 November at 9am"),
    ("do i hav anything booked?? ben okafor 12/07/1975", "no appointment booked"),
    ("Could you remind me when my appointment is? Ana Gomez, born 3 March 1981", "Wednesday 25 November at 9am"),
    ("Hi, just checking whether I'm booked in this week. Ann Reed, 1 January 1990", "Thursday 26 November"),
    ("what time do u open", "08:30 to 18:00"),
    ("hiya", "What can I do for you?"),
    ("nah nvm", "I have changed nothing"),
    ("I had an appointment and forgot when my appointment is. Ana Gomez, 3 March 1981", "Wednesday 25 November at 9am"),
    ("Which doctors do you have?", "Dr Helen Lowe-Baker"),
]


def ask_once(text: str) -> tuple[Talk, str]:
    """Say one thing in a clinic where Ana Gomez has one appointment, the younger Ann Reed two and Ben Okafor none."""
    patel = {"provider": "Dr Anita Patel"}
    appointments = {
        1: [{"appointment_id": 501, "starts_at": "2026-11-25T09:00:00+00:00", **patel}],
        3: [
            {"appointment_id": 503, "starts_at": "2026-11-26T09:20:00+00:00", **patel},
            {"appointment_id": 502, "starts_at": "2026-12-02T11:00:00+00:00", "provider": "Dr Wei Chen"},
        ],
    }
    talk = Talk(FakeClinic(appointments=appointments))
    return talk, talk.say(text)


@pytest.mark.parametrize(("text", "tool", "args"), [*BOOKED, *MOVED, *CANCELLED, *SENT_OR_HANDED_OVER])
def test_a_request_in_plain_words_leads_to_the_right_proposal(text: str, tool: str, args: dict[str, Any]) -> None:
    talk, _ = ask_once(text)
    assert [name for name, _ in talk.clinic.done] == [tool]
    assert args.items() <= talk.calls[-1][1].items()


@pytest.mark.parametrize(("text", "part"), ANSWERED)
def test_what_is_missing_or_only_asked_is_answered_and_nothing_is_proposed(text: str, part: str) -> None:
    talk, answer = ask_once(text)
    assert part in answer
    assert talk.clinic.done == []


def test_another_language_is_handed_over_with_a_clear_sentence() -> None:
    _, answer = ask_once("Bonjour, je voudrais un rendez-vous demain")
    assert "I can only read English" in answer
    assert "colleague" in answer
    assert not answer.endswith("?")
