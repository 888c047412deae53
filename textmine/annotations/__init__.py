"""Annotations: what people decided, kept as events; who reads what; projects on disk."""

from __future__ import annotations

from textmine.annotations.assignment import grow_sample, plan_tasks
from textmine.annotations.events import Event, new_event_id
from textmine.annotations.folder import ImportReport, export_annotations, import_annotations
from textmine.annotations.keeping import keep_annotations, restore_annotations
from textmine.annotations.people import Annotator
from textmine.annotations.project import Assignment, Project, Settings, create_project
from textmine.annotations.rulings import Ruling
from textmine.annotations.store import AnnotationStore
from textmine.annotations.tasks import Task

__all__ = [
    "AnnotationStore",
    "Annotator",
    "Assignment",
    "Event",
    "ImportReport",
    "Project",
    "Ruling",
    "Settings",
    "Task",
    "create_project",
    "export_annotations",
    "grow_sample",
    "import_annotations",
    "keep_annotations",
    "new_event_id",
    "plan_tasks",
    "restore_annotations",
]
