"""Files sent to the page's server by a program that is not our page."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request

DAM = "青山水库\n\n青山水库的大坝已经加固，工程花了两年。\n"
TEA = "云雾茶园\n\n云雾茶园的采茶机有六台，都是去年买的。\n"


def put(
    address: str, name: str, data: bytes, collection: str = "", **headers: str
) -> tuple[int, dict[str, str]]:
    """Upload a file; the status and what the server said."""
    asked = urllib.parse.urlencode({"name": name, "collection": collection})
    request = urllib.request.Request(f"{address}youju/upload?{asked}", data, headers, method="PUT")
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
