"""One worker of a batch: its notebooks one after another, each forked from a zygote that it owns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module

from nbformat import NotebookNode
from papermill.utils import nb_kernel_name

from evaluation.reporting.forking.forks import Zygote, ZygoteError
from evaluation.reporting.kernels import can_fork
from evaluation.reporting.tasks import Outcome, Settings, Task, run_task

ATTEMPTS = 2       # a kernel that died is tried once more: it may have been killed from outside


@dataclass
class Worker:
    """Runs tasks one after another; owns a zygote, and starts another one if it is gone."""

    settings: Settings
    zygote: Zygote | None = None
    closed: bool = False

    def run(self, task: Task) -> Outcome:
        """Run a task, once more if its kernel dies."""
        outcome = Outcome(task.name, "stopped")
        for attempt in range(1, ATTEMPTS + 1):
            zygote = self.ready(task.template)
            if self.closed:
                return Outcome(task.name, "stopped")
            outcome = replace(run_task(task, self.settings, zygote), attempts=attempt)
            if outcome.state != "died":
                break
        if outcome.state == "done" and self.settings.store is not None:
            address, folder = self.settings.store
            made = {task.out, task.out.with_suffix(".html"), *task.products}
            import_module("evaluation.reporting.store").put(address, folder, sorted(made))   # fsspec is an extra
        return outcome

    def ready(self, template: NotebookNode) -> Zygote | None:
        """What a template's notebooks are forked from, loaded; None where papermill's own engine runs them."""
        if self.settings.engine != "fork" or not can_fork(nb_kernel_name(template)):
            return None
        if self.zygote is None or self.zygote.process.poll() is not None:
            self.free()
            sources = [str(cell.source) for cell in template.cells if cell.cell_type == "code"]
            self.zygote = Zygote.start()
            try:
                if not self.closed:
                    self.zygote.load(sources, self.settings.rehearse)
            except ZygoteError:     # papermill's own engine then does it
                self.zygote = None
        return self.zygote

    def free(self) -> None:
        """Give back what is held; after the last task."""
        if self.zygote is not None:
            self.zygote.free()
        self.zygote = None

    def close(self) -> None:
        """End what runs; may be called from another thread."""
        self.closed = True
        if self.zygote is not None:
            self.zygote.close()
