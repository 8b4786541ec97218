"""This room is the preview: a page on this computer that shows a letter as readers get it, anew at every save."""

from newsletter.web.preview.looks import with_pictures
from newsletter.web.preview.means import Composed, Means, Posted, Trial
from newsletter.web.preview.serving import serve_preview

__all__ = ["Composed", "Means", "Posted", "Trial", "serve_preview", "with_pictures"]
