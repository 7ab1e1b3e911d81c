"""Mastodon: events of a stream with the status as a string inside, and statuses read again later with grown counts."""

from html import escape
from typing import ClassVar

from engine.simulate.draw import Draw
from engine.simulate.engagement import Action
from engine.simulate.model import Customs, Happening, Post
from engine.simulate.people import People, Person, integer
from engine.simulate.shapes.base import Line, Object, Shape, encode, iso

_HOSTS = ("tidepool.example", "social.northfen.example", "chirp.example", "mossy.example")
_KINDS = {"image": "image", "video": "video"}


class Mastodon(Shape):
    """One server's view. Boosts are events; likes show only when a status is read again."""

    name = "mastodon"
    customs: ClassVar[Customs] = Customs(
        shows=frozenset({"repost", "reply"}), quotes=False, polls=True, polled_media=True
    )
    delay = (0.1, 0.25, 0.6)

    def __init__(self, seed: int, people: People) -> None:
        super().__init__(seed, people)
        self._shown: dict[int, tuple[int, ...]] = {}  # post number -> counts last shown

    def uid(self, post: Post) -> str:
        return f"https://{_host(post.author)}/users/{post.author.handle}/statuses/{_id(post.created, post.number)}"

    def author(self, person: Person) -> str:
        return f"https://{_host(person)}/@{person.handle}"

    def asks_privacy(self, post: Post) -> bool:
        return post.author.noindex

    def render(self, happening: Happening, seen: int) -> Line | None:
        post, action, time = happening.post, happening.action, happening.time
        match happening.kind, action:
            case "post", _:
                data = _event("update", encode(self._status(post, (0, 0, 0))))
                return Line(data, "post", self.uid(post), time)
            case "repost", Action():
                return self._boost(post, action, time)
            case "edit", _:
                data = _event("status.update", encode(self._status(post, self._shown.get(post.number, (0, 0, 0)))))
                return Line(data, "edit", self.uid(post), time)
            case "delete", _:
                return Line(_event("delete", _id(post.created, post.number)), "delete", self.uid(post), None, "post")
            case "poll", _:
                return self._again(post, time)
        return None

    def control(self, draw: Draw, seen: int) -> tuple[bytes, str]:
        reason = draw.pick(("filters_changed", "announcement", "notification", "keep-alive"))
        if reason == "keep-alive":
            return b":thump", reason
        if reason == "filters_changed":
            return encode({"stream": ["user"], "event": reason}).encode(), reason
        number = str(draw.below(900_000))
        body: Object = {"id": number, "type": "follow", "created_at": iso(seen)}
        if reason == "announcement":
            body = {"id": number, "content": "<p>Backup at four, ten minutes.</p>", "published_at": iso(seen)}
        return _event(reason, encode(body), "user"), reason

    def _counts(self, post: Post, age: int) -> tuple[int, ...]:
        counts = post.counts(age)
        return counts["like"], counts["repost"], counts["reply"]

    def _again(self, post: Post, time: int) -> Line | None:
        """The bare status as a poll of the API reads it, if its counts are news."""
        counts = self._counts(post, time - post.created)
        if counts == self._shown.get(post.number, (0, 0, 0)):
            return None
        self._shown[post.number] = counts
        return Line(encode(self._status(post, counts)).encode(), "observation", self.uid(post), None)

    def _boost(self, post: Post, action: Action, time: int) -> Line:
        counts = self._counts(post, action.delay)
        self._shown[post.number] = counts
        reader = self.people.person(self.reactor(post, action))
        number = _id(time, post.number * 37 + action.number)
        uid = f"https://{_host(reader)}/users/{reader.handle}/statuses/{number}/activity"
        status: Object = {
            "id": number,
            "created_at": iso(time),
            "in_reply_to_id": None,
            "visibility": "public",
            "uri": uid,
            "url": uid,
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 0,
            "content": "",
            "account": self._account(reader),
            "media_attachments": [],
            "mentions": [],
            "tags": [],
            "reblog": self._status(post, counts),
        }
        return Line(_event("update", encode(status), "user"), "reaction", uid, time)

    def _status(self, post: Post, counts: tuple[int, ...]) -> Object:
        number, parent = _id(post.created, post.number), post.reply_to
        like, repost, reply = counts
        return {
            "id": number,
            "created_at": iso(post.created),
            "in_reply_to_id": _id(parent.created, parent.number) if parent else None,
            "in_reply_to_account_id": str(parent.author.number) if parent else None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "language": post.claimed_lang,
            "uri": self.uid(post),
            "url": f"{self.author(post.author)}/{number}",
            "replies_count": reply,
            "reblogs_count": repost,
            "favourites_count": like,
            "edited_at": iso(post.edited_at) if post.edited_at is not None else None,
            "content": self._html(post),
            "reblog": None,
            "account": self._account(post.author),
            "media_attachments": self._media(post),
            "mentions": self._mentions(post),
            "tags": [{"name": tag, "url": f"https://{_HOSTS[0]}/tags/{tag}"} for tag in self.tags(post)],
            "poll": self._poll(post),
        }

    def _account(self, person: Person) -> Object:
        host = _host(person)
        account: Object = {
            "id": str(person.number),
            "username": person.handle,
            "acct": person.handle if host == _HOSTS[0] else f"{person.handle}@{host}",
            "display_name": person.name,
            "bot": False,
            "indexable": not person.noindex,
            "created_at": iso(person.joined),
            "url": self.author(person),
            "followers_count": person.followers,
            "following_count": 50 + person.number % 400,
            "statuses_count": 10 + person.number % 5_000,
        }
        return account | {"noindex": True} if person.noindex else account

    def _media(self, post: Post) -> list[Object]:
        if post.media not in _KINDS:
            return []
        name = f"https://files.{_HOSTS[0]}/{post.number}"
        return [{"id": str(post.number), "type": _KINDS[post.media], "url": name, "preview_url": name}]

    def _poll(self, post: Post) -> Object | None:
        if post.media != "poll":
            return None
        options = [{"title": title, "votes_count": 0} for title in ("yes", "no", "later")]
        return {"id": str(post.number), "expired": False, "multiple": False, "votes_count": 0, "options": options}

    def _mentions(self, post: Post) -> list[Object]:
        if post.reply_to is None or not any(segment.kind == "mention" for segment in post.text.segments):
            return []
        person = post.reply_to.author
        return [
            {"id": str(person.number), "username": person.handle, "url": self.author(person), "acct": person.handle}
        ]

    def _html(self, post: Post) -> str:
        out = []
        for kind, value in post.text.segments:
            words = escape(value, quote=True)
            if kind == "tag":
                link = f'<a href="https://{_HOSTS[0]}/tags/{words.lower()}" class="mention hashtag" rel="tag">'
                out.append(f"{link}#<span>{words}</span></a>")
            elif kind == "link":
                rest = words.removeprefix("https://")
                parts = f'<span class="invisible">https://</span><span>{rest}</span>'
                out.append(f'<a href="{words}" rel="nofollow noopener" target="_blank">{parts}</a>')
            elif kind == "mention":
                link = f'<a href="https://{_HOSTS[0]}/@{words}" class="u-url mention">@<span>{words}</span></a>'
                out.append(f'<span class="h-card">{link}</span>')
            else:
                out.append(words.replace("\r\n", "<br />"))
        return f"<p>{''.join(out)}</p>"


def _host(person: Person) -> str:
    return _HOSTS[person.number % len(_HOSTS)]


def _id(micros: int, salt: int) -> str:
    """A status id: milliseconds and 16 more bits, as Mastodon makes them."""
    return str(((micros // 1000) << 16) | (integer("status", salt) & 0xFFFF))


def _event(event: str, payload: str, stream: str = "public") -> bytes:
    return encode({"stream": [stream], "event": event, "payload": payload}).encode()
