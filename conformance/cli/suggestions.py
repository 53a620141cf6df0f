"""Groups of commands that know what a mistyped one was meant to be."""

from __future__ import annotations

from difflib import get_close_matches

import rich_click as click

__all__ = ["Group"]


class Group(click.RichGroup):
    """A group whose refusal of an unknown command names the nearest ones."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names. Raises UsageError."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            near = get_close_matches(args[0].lower(), known, n=2)
            meant = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
            ctx.fail(f"No such command '{args[0]}'; {meant}")
        return super().resolve_command(ctx, args)
