"""Asks a model behind an OpenAI-compatible endpoint (`POST {url}/chat/completions`).

Whatever goes wrong there does no harm: a slow, broken or talkative model gives no advice, and the
reason is logged without the key, the address and what the model said.
"""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from inference.advice import Question

_LOG = logging.getLogger(__name__)
_SECONDS = 20.0
_LARGEST_ANSWER = 1 << 20
_TASK = (
    "You are a careful data modeller. Each question is about one decision on a database schema. "
    "Answer with one JSON object whose keys are the ids of the questions and whose values are "
    "one short sentence each: yes or no, and why. Leave out what you cannot tell."
)


@dataclass(frozen=True)
class ModelAdviser:
    """A model that gives second opinions.

    Attributes:
        url: base URL of the API, such as `http://127.0.0.1:11434/v1`.
        name: name of the model.
        key: sent as bearer token; empty: none.
        seconds: patience in all.
    """

    url: str
    name: str
    key: str = field(default="", repr=False)
    seconds: float = _SECONDS

    def advise(self, questions: Sequence[Question]) -> Mapping[str, str]:
        """Ask all questions at once; gives no answers when the model has none to give."""
        try:
            return _answers(self._asked(questions))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            _LOG.warning("the model gave no advice: %s", type(error).__name__)
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            _LOG.warning("the model's advice cannot be read: %s", type(error).__name__)
        return {}

    def _asked(self, questions: Sequence[Question]) -> bytes:
        asked = json.dumps({question.id: question.text for question in questions})
        body = {
            "model": self.name,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": _TASK},
                {"role": "user", "content": asked},
            ],
        }
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        address = f"{self.url.rstrip('/')}/chat/completions"
        deadline = time.monotonic() + self.seconds
        with (
            httpx.Client(timeout=self.seconds, follow_redirects=False) as client,
            client.stream("POST", address, json=body, headers=headers) as response,
        ):
            response.raise_for_status()
            return _read(response, deadline)


def _read(response: httpx.Response, deadline: float) -> bytes:
    """Read an answer that is neither too long nor too slow."""
    found = bytearray()
    for chunk in response.iter_bytes():
        found += chunk
        if len(found) > _LARGEST_ANSWER or time.monotonic() > deadline:
            raise ValueError("too long or too slow")
    return bytes(found)


def _answers(text: bytes) -> dict[str, str]:
    content = json.loads(text)["choices"][0]["message"]["content"]
    if not isinstance(content, str):
        raise ValueError("the message has no text")
    # Many models wrap JSON in a fence or a sentence.
    found = json.loads(content[content.index("{") : content.rindex("}") + 1])
    return {str(id): answer for id, answer in found.items() if isinstance(answer, str)}
