"""When a letter is tried again, and when no more. Pure (source: reliability reference, Policies)."""

from datetime import timedelta

from notifications.vocabulary import Channel

# A letter that has been claimed so often is parked, whatever happened to those who claimed it.
MOST_ATTEMPTS = 8
# Nobody makes us wait longer than this by a Retry-After.
LONGEST_WAIT = timedelta(hours=24)
# Webhooks of one incident should not come back all in the same second.
SPREAD = 0.1


def _minutes(*each: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=minutes) for minutes in each)


# The wait after the first, second, … attempt. Webhooks follow the Standard Webhooks schedule as far as it goes.
_WEBHOOK = _minutes(5 / 60, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60)
WAITS: dict[Channel, tuple[timedelta, ...]] = {
    Channel.MAIL: _minutes(1, 5, 15, 30, 60, 2 * 60, 20 * 60),
    Channel.WEBHOOK: _WEBHOOK,
    Channel.CHAT: _WEBHOOK,
    Channel.SERVICE: _WEBHOOK,
    Channel.LOG: _WEBHOOK,
}


def wait_after(channel: str, attempts: int, *, asked: timedelta | None = None, chance: float = 0.0) -> timedelta | None:
    """How long to wait after so many attempts; None means no more.

    `asked` is the Retry-After of the other side and holds exactly. `chance` (0 to 1) spreads webhooks.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    if asked is not None:
        return min(max(asked, timedelta()), LONGEST_WAIT)
    wait = WAITS[Channel(channel)][max(attempts, 1) - 1]
    return wait if channel == Channel.MAIL else wait * (1 + SPREAD * chance)
