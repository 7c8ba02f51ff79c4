"""Where somebody goes on who pressed a button of the form: a keyboard must not start again at the top of the page."""

from __future__ import annotations

from jobs.web.form.whole import Form


def focus_after(command: str, before: Form, now: Form) -> str:
    """A place in the form, `down PLACE` or `up PLACE` for that button of it; "" for nowhere else than before."""
    verb, _space, place = command.partition(" ")
    old, new = before.parts(), now.parts()
    added = [part for part in new if part not in old]
    if verb.startswith("add"):
        return added[-1] if added else ""
    if verb in ("up", "down"):
        return _moved(verb, place, before, now)
    if place in old:
        return "" if verb == "turn" else _beside(old.index(place), new)
    holders = [part for part in (*new, "job") if place.startswith(f"{part}.")]
    return max(holders, key=len, default="")


def _moved(verb: str, place: str, before: Form, now: Form) -> str:
    """The same button where the section is now, or the other one at the end of its way."""
    old, new = ([one.place for one in form.sections] for form in (before, now))
    if place not in old or not new:
        return ""
    if place not in new or place.endswith("]"):  # several of one plugin are numbered as they come
        step = 1 if verb == "down" else -1
        place = new[min(max(old.index(place) + step, 0), len(new) - 1)]
    at_end = place == (new[-1] if verb == "down" else new[0])
    return f"{('up' if verb == 'down' else 'down') if at_end else verb} {place}"


def _beside(index: int, places: list[str]) -> str:
    """What stands there now, or the last of all."""
    return places[min(index, len(places) - 1)] if places else "job"
