"""Ranges for exclusion constraints on plain columns, without an extension (stack.md D.5). Migrations import these."""

from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField
from django.db.models import Func


class Int8Range(Func):
    """`Int8Range("pupil_id", "pupil_id", Value("[]"))` overlaps exactly when the numbers are equal."""

    function = "int8range"
    output_field = BigIntegerRangeField()


class DateRange(Func):
    """`DateRange("from_on", "to_on", Value("[)"))`: half-open, an empty end is open."""

    function = "daterange"
    output_field = DateRangeField()
