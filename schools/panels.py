"""What the schools register adds to the navigation. Its pages ask the apps above for their cards and columns."""

from core import navigation
from core.roles import Permission

navigation.register(
    navigation.NavEntry(label="Schools", url_name="schools:list", permission=Permission.SEE_SCHOOLS, order=30)
)
