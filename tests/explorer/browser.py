"""Chromium without a window, driven by its own debugging protocol. Knows no page.

It resolves no name but this machine's, so what a page wants from elsewhere fails and is seen.
"""

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
READY_WITHIN = 30.0
SEEN_WITHIN = 20.0
TURN = 0.05
PHONE = 500


class Page:
    """One tab.

    Attributes:
        complaints: what it wrote to its console, or asked for in vain.
        asked: every address that it asked for.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listening = asyncio.create_task(self._listen())

    async def open(self, url: str) -> None:
        """Shows the page of that address."""
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self._do(f"{domain}.enable")
        await self._do("Page.navigate", url=url)
        await self.until("document.readyState === 'complete'")

    async def value(self, script: str) -> Any:  # noqa: ANN401 (whatever it is)
        """What an expression of the page is. Raises AssertionError when it throws."""
        answer = await self._do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, script: str) -> None:
        """Waits until an expression of the page is true."""
        try:
            async with asyncio.timeout(SEEN_WITHIN):
                while not await self.value(script):  # noqa: ASYNC110 (the page tells nothing by itself)
                    await asyncio.sleep(TURN)
        except TimeoutError:
            shown = await self.value("document.body.innerText")
            raise AssertionError(f"never: {script}\n{self.complaints}\n{shown}") from None

    async def type(self, selector: str, text: str) -> None:
        """Replaces what stands in a field, as a person does."""
        await self.value(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.value(f"document.querySelector({json.dumps(selector)}).select()")
        await self._do("Input.insertText", text=text)

    async def press_run(self) -> None:
        """Ctrl-Enter."""
        key = {"modifiers": 2, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        await self._do("Input.dispatchKeyEvent", type="rawKeyDown", **key)
        await self._do("Input.dispatchKeyEvent", type="keyUp", **key)

    async def click(self, selector: str) -> None:
        await self.value(f"document.querySelector({json.dumps(selector)}).click()")

    async def resize(self, width: int, height: int) -> None:
        await self._do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < PHONE
        )

    async def picture(self) -> bytes:
        """What is seen, as PNG."""
        answer = await self._do("Page.captureScreenshot", format="png")
        return base64.b64decode(answer["data"])

    async def close(self) -> None:
        self._listening.cancel()
        await asyncio.wait([self._listening])

    async def _do(self, method: str, **parameters: object) -> dict[str, Any]:
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        answer = await asyncio.wait_for(waiting, SEEN_WITHIN)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    async def _listen(self) -> None:
        async for message in self._socket:
            heard = message.json()
            if "id" in heard:
                self._waiting.pop(heard["id"]).set_result(heard)
            else:
                self._note(heard["method"], heard["params"])

    def _note(self, event: str, about: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.asked.append(about["request"]["url"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(str(about["exceptionDetails"]))
        elif event == "Log.entryAdded" and about["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(about["entry"]["text"])
        elif event == "Runtime.consoleAPICalled":
            self.complaints.append(str(about["args"]))


@asynccontextmanager
async def opened_page(profile: Path) -> AsyncIterator[Page]:
    """An empty tab of a browser of its own."""
    assert PROGRAM
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *FLAGS, f"--user-data-dir={profile}", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        assert process.stderr
        port = await _port_of(process.stderr)
        async with aiohttp.ClientSession() as http:
            async with http.put(f"http://127.0.0.1:{port}/json/new") as answer:
                tab = await answer.json(content_type=None)
            async with http.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                yield page
                await page.close()
    finally:
        process.terminate()
        await process.communicate()


async def _port_of(told: asyncio.StreamReader) -> int:
    async with asyncio.timeout(READY_WITHIN):
        async for line in told:
            if b"DevTools listening on" in line:
                return int(line.decode().rsplit(":", 1)[1].split("/")[0])
    raise AssertionError("the browser has ended")
