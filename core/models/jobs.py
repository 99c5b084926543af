from django.db import models


class JobRun(models.Model):
    """A scheduled job did its work for a day: a second beat or a repeated message finds the row and stops."""

    job = models.CharField(max_length=60)
    on = models.DateField()
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "on"], name="core_jobrun_once_a_day")]

    def __str__(self) -> str:
        return f"{self.job} {self.on}"
