"""Trusted documents: those that clients may call by their hash, or the only ones that are executed. Executes none.

`python -m gateway.web.trusted DIR > FILE` writes the list of all `.graphql` files below DIR.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from gateway.errors import BadInput
from services.shared.errors import Forbidden

SCHEME = "sha256:"


class TrustedDocuments:
    """Documents by the SHA-256 of their text, in hexadecimal."""

    def __init__(self, documents: Mapping[str, str], *, only: bool) -> None:
        self._documents = documents
        self._only = only

    @classmethod
    def read(cls, path: str, *, only: bool) -> Self:
        """The list in a file; an empty path is an empty list. Raises OSError, and ValueError for no such list."""
        documents = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
        if not isinstance(documents, dict):
            raise ValueError(f"{path}: not an object of hashes and documents")  # noqa: TRY004 (one error for a wrong list)
        for key, text in documents.items():
            if not isinstance(text, str) or hash_of(text) != key:
                raise ValueError(f"{path}: {key[:64]} is not the hash of its document")
        return cls(documents, only=only)

    def __iter__(self) -> Any:  # noqa: ANN401 (an iterator of texts)
        return iter(self._documents.values())

    def text_of(self, request: Mapping[str, Any]) -> Any:  # noqa: ANN401 (unvalidated)
        """The document that a request names or brings.

        Raises:
            BadInput: the hash is unknown, or not that of the document beside it.
            Forbidden: only trusted documents are executed, and this is none.
        """
        wanted, text = _hash_in(request), request.get("query")
        if wanted is not None:
            if isinstance(text, str) and text and hash_of(text) != wanted:
                raise BadInput("the hash is not that of the document")
            if wanted not in self._documents and (self._only or not text):
                raise BadInput("there is no trusted document with this hash")
            return self._documents.get(wanted, text)
        if self._only and not (isinstance(text, str) and hash_of(text) in self._documents):
            raise Forbidden("only trusted documents are executed here")
        return text


def hash_of(text: str) -> str:
    """The name of a document."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _hash_in(request: Mapping[str, Any]) -> str | None:
    """Raises BadInput for a hash that is no text."""
    named = request.get("documentId")
    extensions = request.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if named is None and isinstance(persisted, dict):
        named = persisted.get("sha256Hash")
    if named is None:
        return None
    if not isinstance(named, str):
        raise BadInput("the hash of a document is a string")
    return named.removeprefix(SCHEME).lower()


def listed(folder: Path) -> dict[str, str]:
    """The list of all documents below a folder."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.graphql"))]
    return {hash_of(text): text for text in texts}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(listed(Path(sys.argv[1])), indent=1) + "\n")
