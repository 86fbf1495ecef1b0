"""Jobs in words: states, names, what can be done."""

from datetime import datetime

from regulars.kernel.jobs import ACTIVE, Job, State

STATES = {
    State.UPLOADING: "Waiting for its file",
    State.READY: "Ready",
    State.QUEUED: "Queued",
    State.RUNNING: "Running",
    State.SUCCEEDED: "Done",
    State.FAILED: "Failed",
    State.CANCELLED: "Cancelled",
    State.UNDOING: "Being undone",
    State.UNDONE: "Undone",
}
_TONES = {
    State.QUEUED: "info",
    State.RUNNING: "info",
    State.UNDOING: "info",
    State.SUCCEEDED: "good",
    State.FAILED: "bad",
    State.CANCELLED: "warn",
}
_NO_UNDO = "events"


def name_of(job: Job) -> str:
    """`Import of orders: shop.csv`, `Export of customers`; jobs such as `campaign.send` are named in full."""
    if "." in job.type or is_of_segments(job):
        return job.name
    if job.type != "import":
        return f"{job.type.capitalize()} of {job.name}"
    kind = str(job.spec.get("kind", "")).replace("_", " ")
    tried = "Trial import" if job.spec.get("dry_run") else "Import"
    return f"{tried} of {kind}: {job.name}"


def is_of_segments(job: Job) -> bool:
    return job.type.partition(".")[0] == "segments"


def kind_of(job: Job) -> str:
    """`Import`, `Export`, `Segments`."""
    return job.type.partition(".")[0].capitalize()


def read_so_far(job: Job) -> str:
    """What has been read, in the words of its type."""
    looked_at = job.counts["read"] + job.counts.get("measured", 0)
    return (
        f"{looked_at:,} customers looked at"
        if is_of_segments(job) or job.type.startswith("campaign.")
        else f"{job.counts['read']:,} rows read"
    )


def tone_of(job: Job) -> str:
    return _TONES.get(job.state, "")


def percent_of(job: Job) -> float | None:
    """Whole when it has succeeded; without end while it has not said how far it is."""
    if job.state in {State.SUCCEEDED, State.UNDONE}:
        return 100
    return None if job.state is State.QUEUED else job.percent


def message_of(job: Job) -> str:
    """One sentence about how it stands; what the worker said comes first."""
    if job.message:
        return job.message
    if job.state is State.SUCCEEDED and job.spec.get("dry_run"):
        return "Nothing was written. This is what the import would do."
    if job.state is State.SUCCEEDED and job.type == "import" and job.undo_until:
        refused = job.counts["refused"]
        told = f"Done; rows refused: {refused:,}." if refused else "Everything is in."
        return f"{told} It can be undone until {job.undo_until:%-d %B}."
    if job.state is State.QUEUED:
        return "It begins as soon as a worker is free."
    return ""


def actions_of(job: Job, may: bool, now: datetime) -> list[dict[str, str | bool]]:
    """The buttons of a job's page."""
    if not may:
        return []
    made: list[dict[str, str | bool]] = []
    if job.type == "import" and job.state in {State.UPLOADING, State.READY}:
        made.append(_link("Match the columns", "map", "list-checks", main=True))
    if job.spec.get("dry_run") and job.state is State.SUCCEEDED:
        made += [
            _action("start", "Import now", "play", main=True),
            _link("Change the columns", "map", "list-checks"),
        ]
    if job.state in {State.QUEUED, State.RUNNING}:
        made.append(_action("cancel", "Cancel", "ban", ask="Stop here?", text="What is already in stays in."))
    if job.state is State.FAILED:
        made.append(_action("resume", "Go on", "play", main=True))
    if _undoable(job, now):
        text = (
            "What it created goes and what it changed returns. What others changed since stays, and is named."
        )
        made.append(_action("undo", "Undo", "undo-2", ask="Undo this import?", text=text))
    return made


def _undoable(job: Job, now: datetime) -> bool:
    ended = job.type == "import" and job.state not in ACTIVE and job.undo_until is not None
    return (
        ended
        and job.state is not State.UNDONE
        and now < (job.undo_until or now)
        and job.spec.get("kind") != _NO_UNDO
    )


def _action(
    name: str, label: str, icon: str, *, main: bool = False, ask: str = "", text: str = ""
) -> dict[str, str | bool]:
    return {"name": name, "label": label, "icon": icon, "main": main, "ask": ask, "text": text, "link": False}


def _link(label: str, name: str, icon: str, *, main: bool = False) -> dict[str, str | bool]:
    return _action(name, label, icon, main=main) | {"link": True}
