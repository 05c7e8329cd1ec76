"""How a page is answered on which a person signs in: never kept, never framed, and no address of it told on."""

from fastapi import Response

HTML = {"content": {"text/html": {"schema": {"type": "string"}}}}


def page_response(html: str, policy: str) -> Response:
    """The page with its Content-Security-Policy."""
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",  # nor does the way back show what was there
    }
    return Response(html, headers=headers, media_type="text/html")
