"""Other languages are told from English, and from names."""

import pytest

from agentops.domain.language import is_foreign


@pytest.mark.parametrize(
    "text",
    [
        "Hola, necesito una cita para el lunes",
        "Bonjour, je voudrais voir un docteur",
        "Ich möchte morgen einen Termin",
        "Vorrei un appuntamento per domani",
        "Bom dia, queria marcar uma consulta",
        "Dzień dobry, chcę umówić wizytę",
        "Ik wil graag een afspraak",
        "Yarın doktor için randevu almak istiyorum",
        "mujhe kal doctor se milna hai",
        "no hablo inglés",
        "Мне нужно к врачу",
        "我想预约看医生",
        "أريد موعدا مع الطبيب",
    ],
)
def test_another_language_is_seen(text: str) -> None:
    assert is_foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hiya can i c dr patel 2moro",
        "Maria de la Cruz, 3/3/81",
        "My name is 王小明 and I need an appointment",
        "José Núñez here, please move my appointment",
        "van der Berg",
        "no",
        "12:30",
        "Hola, can I book an appointment for tomorrow?",
    ],
)
def test_english_and_names_are_not_foreign(text: str) -> None:
    assert not is_foreign(text)
