"""What a filter expression can ask for: docs/filter.md says the same in words."""

FLAGS = {
    "is": ("post", "reply", "quote", "repost", "late", "edited", "copy", "scored"),
    "has": ("media", "image", "video", "link", "poll"),
}
NAMES = ("lang", "tag", "author", "platform")  # field:word
IDS = ("cluster", "story")  # field:8
NUMBERS = (
    "sent",
    "likes",
    "reposts",
    "replies",
    "quotes",
    "views",
    "engagement",
    "followers",
    "pred",
    "times",
)  # field>10
FIELDS = (*NAMES, *FLAGS, *IDS, *NUMBERS)
UNDECIDED = "undecided"  # lang:undecided, where the language is not known

MEANS = {
    "lang": "detected language",
    "tag": "hashtag",
    "author": "id or name of the account",
    "platform": "platform",
    "is": "kind of post",
    "has": "what is attached",
    "cluster": "number of a hashtag cluster",
    "story": "number of a story",
    "sent": "sentiment, -1 to 1",
    "likes": "likes so far",
    "reposts": "reposts so far",
    "replies": "replies so far",
    "quotes": "quotes so far",
    "views": "views as last reported",
    "engagement": "likes, reposts, replies and quotes so far",
    "followers": "followers of the author",
    "pred": "engagements predicted at the first horizon",
    "times": "times what is normal for the author at that age",
}

COUNTS = frozenset({"likes", "reposts", "replies", "quotes", "views", "engagement"})
PLACED = frozenset(IDS)
