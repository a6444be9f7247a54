"""The switch that makes phones let go of the page they keep."""

from alarm110 import shell
from alarm110.templatetags.shell import shell_worker


async def test_switched_off_no_page_asks_to_be_kept_and_the_worker_goes(rf, settings):
    assert shell_worker() == "/worker.js"
    settings.OFFLINE_SHELL = False

    assert shell_worker() == ""
    answer = await shell.worker(rf.get("/worker.js"))
    code = answer.content.decode()
    assert code.startswith("self.SHELL = null;\n")
    assert "unregister()" in code
    assert answer["Cache-Control"] == "no-cache"
