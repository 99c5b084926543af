from django.apps import AppConfig


class PepsConfig(AppConfig):
    name = "peps"
    verbose_name = "Personal Education Plans"

    def ready(self) -> None:
        """When the county moves a deadline or a term, the PEPs that wait for their meeting follow."""
        from core.followers import Changed, follow
        from peps.services import cycle

        follow(Changed.TERM_DATES, cycle.refit_due_dates)
        follow(Changed.DEADLINES, cycle.refit_due_dates)
