"""The tags of `{% load i18n %}`, by which every text of a template says the vendor's own words.

`{% trans "All partners" %}` is "All resellers" where the vendor calls them so; what is filled in stays as it was typed.
"""

from __future__ import annotations

from typing import Any

from django.template import Context, Library
from django.templatetags import i18n
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from prm.kernel.words import own_words

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


def own_markup(text: Any, percent: str = "%") -> Any:
    """As `own_words`, for what a template writes as it stands: the vendor's words are escaped."""
    said = own_words(text, lambda own: escape(own).replace("%", percent))
    return text if said == text else mark_safe(said)  # noqa: S308 - our own text, with words that were escaped


class OwnTranslate(i18n.TranslateNode):
    """A text of ours; a variable is left as it is."""

    def render(self, context: Context) -> Any:
        said = super().render(context)
        if self.filter_expression.var.literal is None:
            return said
        if not self.asvar:
            return own_markup(said)
        context[self.asvar] = own_markup(context[self.asvar])
        return said


class OwnBlockTranslate(i18n.BlockTranslateNode):
    """A text of ours with gaps to fill. A translation is looked up by the plain words, so it is in English only."""

    def render_token_list(self, tokens: Any) -> tuple[str, list[str]]:
        message, names = super().render_token_list(tokens)
        is_english = (get_language() or "en").startswith("en")
        return own_markup(message, percent="%%") if is_english else message, names


@register.tag("trans")
@register.tag("translate")
def do_translate(parser: Any, token: Any) -> OwnTranslate:
    node = i18n.do_translate(parser, token)
    return OwnTranslate(node.filter_expression, node.noop, node.asvar, node.message_context)


@register.tag("blocktrans")
@register.tag("blocktranslate")
def do_block_translate(parser: Any, token: Any) -> OwnBlockTranslate:
    node = i18n.do_block_translate(parser, token)
    return OwnBlockTranslate(
        node.extra_context,
        node.singular,
        node.plural,
        node.countervar,
        node.counter,
        node.message_context,
        node.trimmed,
        node.asvar,
        tag_name=token.split_contents()[0],
    )
