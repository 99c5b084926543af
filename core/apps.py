from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "The ground"

    def ready(self) -> None:
        """Let each app register its feeds, panels and so on: what serves several floors asks the registries."""
        import core.edges
        import core.feeds.panels
        import core.own_panels  # noqa: F401 - all three register; of the first it is the deployment check

        autodiscover_modules("data_classes", "feeds", "panels", "deadlines", "subject_access", "merging", "disposal")
