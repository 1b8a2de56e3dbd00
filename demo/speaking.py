"""How the demo speaks to the public: somebody else finds a bulletin right first, wherever somebody must."""

from uuid import uuid4

from incidents import approvals, approving, communications
from incidents.approving import Said
from incidents.models import Incident
from incidents.statements import Words
from kit import clock
from roles.models import User


def publish(incident: Incident, words: Words, *, author: User) -> None:
    if approvals.of(incident, words, actor=author, now=clock.now()).way is None:
        asked = approving.ask(incident, words, actor=author, draft=uuid4())
        assert asked.approver is not None
        approving.answer(asked, Said(True, asked.digest), actor=asked.approver)
    communications.publish(incident, words, actor=author)
