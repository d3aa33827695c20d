"""What the local Bluesky shows: sessions, records, profiles and posts as the answers of XRPC methods tell them."""

from __future__ import annotations

from datetime import datetime

from campaign_bot.model import Counts
from campaign_bot.sandbox.bluesky_records import COLLECTION, Json
from campaign_bot.sandbox.world import LocalAccount, LocalPost


def uri_of(account: LocalAccount, rkey: str, collection: str = COLLECTION) -> str:
    return f"at://{account.id}/{collection}/{rkey}"


def record_view(account: LocalAccount, post: LocalPost) -> Json:
    uri = uri_of(account, post.id, post.wire.get("collection", COLLECTION))
    return {"uri": uri, "cid": post.wire["cid"], "value": post.wire["record"]}


def author_view(account: LocalAccount) -> Json:
    return {"did": account.id, "handle": account.handle, "displayName": account.name}


def session_view(account: LocalAccount, server: str) -> Json:
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": server}
    told: Json = {
        "did": account.id,
        "handle": account.handle,
        "didDoc": {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": account.id,
            "alsoKnownAs": [f"at://{account.handle}"],
            "verificationMethod": [],
            "service": [service],
        },
        "active": account.may_publish,
    }
    return told if account.may_publish else told | {"status": "deactivated"}


def post_view(account: LocalAccount, post: LocalPost, counts: Counts, server: str) -> Json:
    """A post as the app's index shows it."""
    view: Json = {
        "uri": uri_of(account, post.id),
        "cid": post.wire["cid"],
        "author": author_view(account),
        "record": post.wire["record"],
        "indexedAt": _instant(post.created),
        "likeCount": counts.likes or 0,
        "repostCount": counts.reposts or 0,
        "replyCount": counts.replies or 0,
        "quoteCount": counts.quotes or 0,
        "bookmarkCount": counts.bookmarks or 0,
    }
    return view | {"embed": _pictures_view(account, post, server)} if post.media else view


def _pictures_view(account: LocalAccount, post: LocalPost, server: str) -> Json:
    blob = f"{server}/xrpc/com.atproto.sync.getBlob?did={account.id}&cid="
    images = [
        {
            "alt": media.alt,
            "thumb": blob + media.id,
            "fullsize": blob + media.id,
            "aspectRatio": {"width": media.width or 1, "height": media.height or 1},
        }
        for media in post.media
    ]
    return {"$type": "app.bsky.embed.images#view", "images": images}


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
