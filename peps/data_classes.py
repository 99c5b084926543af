"""How sensitive each field of Personal Education Plans is."""

from core.classification import classify

classify("peps.PEP", open="id pupil academic_year season state", personal="due_on due_because held_on")
