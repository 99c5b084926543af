"""The roll's definitions: identifiers, SSDA903 code lists, year groups and the 12-month cohort.

Import from here; the modules behind it only keep files short.
"""

from pupils.rules.codes import *  # noqa: F403
from pupils.rules.cohort import *  # noqa: F403
from pupils.rules.identifiers import *  # noqa: F403
