"""How sensitive each field of exclusions is."""

from core.classification import classify

classify("provision.Exclusion", open="id pupil school", special="category from_on sessions")
