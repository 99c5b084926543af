"""How sensitive each field of the schools register is: it is public, the people at a school are not."""

from core.classification import classify

classify(
    "schools.School",
    open="id urn laestab la_code la_name name kind phase status is_open opened_on closed_on low_age high_age gender "
    "ofsted_rating ofsted_on street town postcode telephone website calendar",
    personal="head_name",
)
classify("schools.SchoolLink", open="id school linked_urn linked_name link_type established_on")
classify("schools.SchoolMembership", open="id user school from_on to_on")
