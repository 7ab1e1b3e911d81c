"""One item of each platform that the browser extension captures, and its envelope."""

from typing import Any

COLLECTED, UPDATED = 1_750_000_000_123, 1_750_000_500_456  # milliseconds
SEEN, COUNTED = COLLECTED * 1_000, UPDATED * 1_000
CREATED = 1_749_000_000
CREATED_AT = CREATED * 1_000_000

TIKTOK = {
    "id": "71",
    "desc": "dance #Moves",
    "createTime": CREATED,
    "textLanguage": "en",
    "author": {"id": "9", "uniqueId": "ann", "nickname": "Ann"},
    "authorStats": {"followerCount": 120},
    "stats": {"diggCount": 40, "shareCount": 3, "commentCount": 2, "playCount": 900},
    "challenges": [{"id": "1", "title": "Moves"}],
    "video": {"id": "71"},
}
INSTAGRAM = {
    "code": "Cxyz",
    "pk": "31",
    "media_type": 1,
    "caption": {"text": "lunch #food"},
    "taken_at": CREATED,
    "user": {"pk": "8", "username": "ann", "full_name": "Ann"},
    "like_count": 17,
    "comment_count": 4,
    "like_and_view_counts_disabled": False,
    "_zs_partial": False,
}
GRAPH = {
    "__typename": "GraphVideo",
    "shortcode": "Cxyz",
    "edge_media_to_caption": {"edges": [{"node": {"text": "lunch #food"}}]},
    "taken_at_timestamp": CREATED,
    "owner": {"id": "8", "username": "ann"},
    "edge_media_preview_like": {"count": 17},
    "edge_media_to_comment": {"count": 4},
    "video_view_count": 50,
}
THREADS = {
    "code": "Dabc",
    "caption": {"text": "hello threads"},
    "taken_at": CREATED,
    "user": {"pk": "8", "username": "ann"},
    "like_count": 5,
    "text_post_app_info": {
        "repost_count": 2,
        "direct_reply_count": 1,
        "quote_count": 0,
        "share_info": {"quoted_post": {"code": "Dq"}},
    },
    "image_versions2": {"candidates": []},
}
TRUTH = {
    "id": "116",
    "created_at": "2025-06-04T01:20:00.000Z",
    "content": "now  ",
    "account": {"id": "1077", "acct": "ann", "followers_count": 5, "created_at": "2022-02-01T00:00:00.000Z"},
    "favourites_count": 9,
    "reblogs_count": 8,
    "replies_count": -1,
    "tags": [{"name": "news"}],
    "language": "en",
    "in_reply_to_id": "115",
    "media_attachments": [{"type": "image"}],
}
GAB = {
    "i": "55",
    "c": "short names",
    "ca": "2025-06-04T01:20:00.000Z",
    "ai": "3",
    "author_info": {"i": "3", "un": "ann", "ac": "ann", "dn": "Ann"},
    "fc": 4,
    "rbc": 3,
    "rc": 2,
    "link_info": None,
    "image_info": None,
}
NINEGAG = {
    "id": "aB",
    "title": "Funny",
    "description": "",
    "creationTs": CREATED,
    "creator": {"userId": "u1", "username": "ann"},
    "upVoteCount": 30,
    "downVoteCount": 2,
    "commentsCount": 6,
    "tags": [{"key": "cats"}],
    "nsfw": 0,
    "type": "Animated",
    "isVoteMasked": 0,
}
IMGUR = {
    "id": "im",
    "title": "Look",
    "description": "at this",
    "created_at": "2025-06-04T01:20:00Z",
    "account_id": 44,
    "upvote_count": 12,
    "comment_count": 1,
    "view_count": 300,
    "is_mature": True,
    "cover": {"type": "image"},
}
PINTEREST = {
    "id": "77",
    "title": "Sofa",
    "description": " blue ",
    "created_at": "Wed, 04 Jun 2025 01:20:00 +0000",
    "pinner": {"id": "5", "username": "ann", "follower_count": 8},
    "aggregated_pin_data": {"aggregated_stats": {"saves": 21}},
    "comment_count": 2,
    "images": {"orig": {"url": "x"}},
}
DOUYIN = {
    "aweme_id": "88",
    "desc": "跳舞 #舞",
    "create_time": CREATED,
    "author": {"uid": "6", "nickname": "小明", "follower_count": 10},
    "statistics": {"digg_count": 7, "share_count": 1, "comment_count": 2, "play_count": 0},
    "text_extra": [{"hashtag_name": "舞"}, {"user_id": "1"}],
    "images": None,
}
REDNOTE = {
    "id": "99",
    "note_card": {
        "display_title": "Title",
        "desc": "body",
        "time": CREATED * 1_000,
        "user": {"user_id": "4", "nickname": "红"},
        "interact_info": {"liked_count": "15", "comment_count": "1.2万", "share_count": "3"},
        "tag_list": [{"name": "travel"}],
        "type": "normal",
    },
}


def capture(source: str, data: Any, **more: Any) -> dict[str, Any]:
    return {
        "nav_index": "1:2:3",
        "item_id": "item",
        "timestamp_collected": COLLECTED,
        "last_updated": UPDATED,
        "source_platform": source,
        "source_platform_url": f"https://{source}/",
        "user_agent": "Mozilla",
        "data": data,
        **more,
    }
