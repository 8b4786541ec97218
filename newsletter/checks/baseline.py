"""This module knows which features MJML itself emits for a component: MJML answers for those, with its own fall-backs."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from newsletter.checks.features import features
from newsletter.checks.page import Page
from newsletter.letter.mjml import to_html

ALWAYS = frozenset({"mjml", "mj-head", "mj-body"})
IN_COLUMN = "<mj-section><mj-column>{}</mj-column></mj-section>"
SAMPLES: Mapping[str, str] = {
    "mjml": "",
    "mj-section": '<mj-section background-url="https://a.example/b.png" background-size="cover" background-repeat="no-repeat" full-width="full-width" border="1px solid #000" border-radius="4px" direction="rtl"></mj-section><mj-section background-color="#fff" text-align="left"></mj-section>',
    "mj-wrapper": '<mj-wrapper background-url="https://a.example/b.png" background-size="cover" full-width="full-width" border="1px solid #000" border-radius="4px"><mj-section></mj-section></mj-wrapper>',
    "mj-column": '<mj-section><mj-column background-color="#fff" inner-background-color="#eee" border="1px solid #000" inner-border="1px solid #000" border-radius="4px" vertical-align="middle" padding="1px"></mj-column></mj-section>',
    "mj-group": "<mj-section><mj-group><mj-column></mj-column></mj-group></mj-section>",
    "mj-text": IN_COLUMN.format('<mj-text align="left" letter-spacing="1px" height="20px" text-decoration="none" text-transform="none" container-background-color="#fff">a</mj-text>'),
    "mj-button": IN_COLUMN.format('<mj-button href="https://a.example/" border="1px solid #000" border-radius="4px" text-decoration="none" width="100px" height="40px" vertical-align="middle">a</mj-button>'),
    "mj-image": IN_COLUMN.format('<mj-image src="https://a.example/b.png" alt="a" width="100px" height="50px" border-radius="4px" href="https://a.example/" fluid-on-mobile="true" />'),
    "mj-divider": IN_COLUMN.format('<mj-divider border-width="1px" width="50%" />'),
    "mj-spacer": IN_COLUMN.format('<mj-spacer height="20px" />'),
    "mj-table": IN_COLUMN.format('<mj-table table-layout="fixed"><tr><td>a</td></tr></mj-table>'),
    "mj-social": IN_COLUMN.format('<mj-social mode="horizontal"><mj-social-element name="web" src="https://a.example/b.png" href="https://a.example/" alt="a">a</mj-social-element></mj-social>'),
    "mj-hero": '<mj-hero mode="fixed-height" height="100px" background-url="https://a.example/b.png" background-width="100px" background-height="100px"><mj-text>a</mj-text></mj-hero>',
}  # fmt: skip
"""Each component with the attributes that make it emit more."""


def baseline(components: Iterable[str]) -> frozenset[str]:
    """The features that MJML emits for *components*."""
    found: frozenset[str] = frozenset()
    for name in sorted({"mjml", *components}):
        found |= emitted(name)
    return found


@lru_cache(maxsize=64)
def emitted(component: str) -> frozenset[str]:
    """The features in the HTML of one component, as the engine renders it."""
    sample = SAMPLES.get(component)
    if sample is None:
        return frozenset()
    source = f'<mjml lang="en" dir="ltr"><mj-head><mj-title>a</mj-title></mj-head><mj-body background-color="#fff">{sample}</mj-body></mjml>'
    return frozenset(features(Page(to_html(source, lambda line: (component, line)))))
