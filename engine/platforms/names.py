"""The usual names of a post's fields in plain JSON lines, found whatever their spelling."""

from functools import lru_cache

from engine.platforms.base import Json, Object

MAX_NAME = 64  # characters; longer keys are no field names, and none is kept in a cache

# Names are compared without case, "_", "-", "." and spaces: "tweet id" is "tweet_id" is "tweetId". Earlier is
# better.
USUAL: dict[str, tuple[str, ...]] = {
    "text": (
        *("fulltext", "rawcontent", "text", "body", "content", "message", "tweet", "tweettext", "posttext"),
        *("commenttext", "textcleaned", "cleantext", "caption", "selftext", "desc", "description", "comment"),
    ),
    "title": ("title", "subject", "headline"),
    "id": (
        *("idstr", "id", "tweetid", "postid", "statusid", "messageid", "commentid", "itemid", "uri", "guid"),
        *("uuid", "pk", "shortcode", "permalink"),
    ),
    "author": (
        *("authorid", "userid", "accountid", "useridstr", "author", "user", "username", "userusername"),
        *(
            "screenname",
            "userscreenname",
            "authorusername",
            "account",
            "handle",
            "owner",
            "creator",
            "sender",
        ),
        "from",
    ),
    "name": (
        *(
            "authorname",
            "username",
            "userusername",
            "screenname",
            "userscreenname",
            "authorusername",
            "handle",
        ),
        *("displayname", "nickname", "author", "user", "account"),
    ),
    "time": (
        *("createdat", "createdutc", "created", "createdtime", "createtime", "publishedat", "published"),
        *("postedat", "postedtime", "unixtimestamp", "timestampms", "timestamp", "datetime", "date", "time", "takenat"),
        *("pubdate", "publishdate", "creationts", "dateposted", "postdate", "tweetcreatedat", "ts"),
    ),
    "seen": ("seenat", "firstseenat", "indexedat", "receivedat", "ingestedat"),
    "counts_at": (
        *("countsat", "metricsfrozenat", "retrievedat", "fetchedat", "pulledat", "scrapedat", "collectedat"),
        *("crawledat", "retrievedon", "committime"),
    ),
    "lang": ("lang", "language", "langs", "languagecode", "detectedlanguage"),
    "tags": ("hashtags", "tags", "hashtag", "entitieshashtags"),
    "likes": (
        *("likes", "likecount", "likescount", "numlikes", "nlikes", "favorites", "favoritecount"),
        *("favouritescount", "favoritescount", "favourites", "favouritecount", "upvotes", "diggcount"),
        *("reactions", "reactioncount", "reactionscount"),
    ),
    "reposts": (
        *("reposts", "repostcount", "repostscount", "retweets", "retweetcount", "retweetscount", "nretweets"),
        *("shares", "sharecount", "sharescount", "reblogs", "reblogscount", "renotecount"),
    ),
    "replies": (
        *("replies", "replycount", "repliescount", "nreplies", "comments", "commentcount", "commentscount"),
        "numcomments",
    ),
    "quotes": ("quotes", "quotecount", "quotescount"),
    "views": ("views", "viewcount", "viewscount", "impressions", "impressioncount", "plays", "playcount"),
    "reply_to": (
        *("inreplytostatusidstr", "inreplytostatusid", "inreplytoid", "inreplyto", "replyto", "replytoid", "replyid"),
        "parentid",
    ),
    "quote_of": ("quotedstatusidstr", "quotedstatusid", "quoteof", "quoteid", "quotedid", "quotedtweetid", "renoteid"),
    "followers": (
        *("followers", "followerscount", "followercount", "authorfollowers", "authorfollowerscount"),
        *("userfollowers", "userfollowerscount"),
    ),
    "author_created": ("authorcreatedat", "usercreatedat", "accountcreatedat"),
    "sensitive": ("sensitive", "possiblysensitive", "nsfw", "over18"),
}

# Plain name -> the fields it may be, with its place among their names.
ROLES: dict[str, list[tuple[str, int]]] = {}
for _field, _names in USUAL.items():
    for _rank, _name in enumerate(_names):
        ROLES.setdefault(_name, []).append((_field, _rank))

# Objects that gather counts: their fields are looked for as if they stood beside the text.
COUNT_HOLDERS = frozenset(
    ("publicmetrics", "metrics", "stats", "statistics", "engagement", "engagements", "counts", "interactions")
)


@lru_cache(maxsize=4096)
def plain(key: str) -> str:
    """`key` in lower case with letters and digits only."""
    return "".join(c for c in key.lower() if c.isalnum())


def by_plain_name(line: Object) -> dict[str, Json]:
    """The fields of `line` that are not null, by plain name; counts gathered in an object are lifted out."""
    found: dict[str, Json] = {}
    for key, value in line.items():
        if value is None:
            continue
        name = plain(key) if len(key) <= MAX_NAME else key
        found.setdefault(name, value)
        if name in COUNT_HOLDERS and isinstance(value, dict):
            for inner, number in value.items():
                found.setdefault(plain(inner[:MAX_NAME]), number)
    return found
