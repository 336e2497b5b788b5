"""The one door of submissions, for phones, browsers and spreadsheets alike.

``read_parts`` takes a multipart post from the network, ``receive_post`` makes a submission of it; callers without
a network (a workbook, a test) write their files by ``keeping.FileWriter`` and call ``receive_post`` alone. Pages that
receive for somebody who signed in call ``receive_stream`` with ``request.environ`` before anything reads the body.
"""

from .posts import Post, Result, receive_post, receive_stream, refused
from .streams import ANNOUNCED, Parts, read_parts

__all__ = ["ANNOUNCED", "Parts", "Post", "Result", "read_parts", "receive_post", "receive_stream", "refused"]
