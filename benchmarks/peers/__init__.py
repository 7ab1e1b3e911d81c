"""What trendtop is compared with: the same work as somebody would write it from stock parts, each in a small module.

A peer takes lines of plain JSON (id, author_id, followers, created_at, lang, text, likes, reposts, replies), each a
post, and keeps what a monitor shows: mood and volume over time, by cluster and by hashtag, and predicted likes.
"""
