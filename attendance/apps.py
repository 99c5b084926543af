from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "attendance"
    verbose_name = "Attendance"

    def ready(self) -> None:
        from attendance import services, tasks
        from core.followers import Changed, follow

        follow(Changed.SCHOOL_PLACES, services.settle_conflicts_anew)
        follow(Changed.TERM_DATES, tasks.rebuild_effective.delay_on_commit)
