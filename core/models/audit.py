from django.db import models
from django.utils import timezone

from core.audit import ACCESS_LABELS, Access, append_only
from core.db.transactions import CurrentTransaction, TransactionField


class AccessEvent(models.Model):
    """One look at the data: who, when, what row, what screen, from where. Append-only.

    `user_id` is a plain number without a foreign key: an account may go, the log of its looks may not change.
    `xid` is the transaction that wrote the row: the seal covers rows whose transactions are all over (core.sealing).
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    user_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=20, choices=[(a.value, ACCESS_LABELS[a]) for a in Access])
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    screen = models.CharField(max_length=100, blank=True)
    ip = models.GenericIPAddressField(null=True)
    detail = models.JSONField(default=dict)
    xid = TransactionField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at"], name="core_access_subject"),
            models.Index(fields=["user_id", "-at"], name="core_access_user"),
        ]
        triggers = [append_only("the access log is append-only")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id or ''}".strip()


class AuditSeal(models.Model):
    """A seal over rows of one audit table, chained to the seal before it (core.sealing). Append-only.

    `ids` names the rows covered ("1-40,42"), `digests` holds 32 bytes of sha256 for each of them in the order of
    `ids`, `columns` what was digested. `horizon` and `next_xid` are the database's oldest open and next transaction
    at that moment, `cluster` the server they belong to.
    """

    table = models.CharField(max_length=63)
    number = models.PositiveIntegerField(help_text="1, 2, 3 in each table")
    sealed_at = models.DateTimeField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    ids = models.TextField()
    columns = models.JSONField()
    digests = models.BinaryField()
    horizon = models.BigIntegerField()
    next_xid = models.BigIntegerField()
    cluster = models.CharField(max_length=40)
    previous = models.CharField(max_length=64, blank=True, help_text="Hash of the seal before; blank for the first")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="core_auditseal_once")]
        triggers = [append_only("seals are append-only")]

    def __str__(self) -> str:
        return f"seal {self.number} of {self.table}"


class AuditDisposal(models.Model):
    """Rows of one audit table that a lawful disposal took out, under its certificate. Append-only and sealed itself.

    Only a function of the database writes it, in the same step in which it takes the rows out (retention/migrations):
    the application's role may read it and nothing more. The seals keep the digests of the rows. People are plain
    numbers, as in the access log; `approved_by` lists those who approved.
    """

    certificate = models.CharField(max_length=20)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    table = models.CharField(max_length=63)
    ids = models.TextField(help_text='The rows taken out: "1-40,42"')
    rows = models.PositiveIntegerField()
    proposed_by = models.BigIntegerField()
    approved_by = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)
    xid = TransactionField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "table", "at"], name="core_auditdisposal_once")]
        triggers = [append_only("what was disposed of is append-only")]

    def __str__(self) -> str:
        return f"{self.table} under {self.certificate}"
