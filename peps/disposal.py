"""What goes with a child's record that no row's own path names."""

from core.disposal import register_files
from peps.services.presenting import files_about

register_files(files_about)
