"""What the bot says in chats where people talk to it: answers to commands, offers, questions."""

from __future__ import annotations

from dataclasses import dataclass

from bots.accounts import Allowance
from bots.texts.discord_menu import PHOTO_MENU, discord_names
from bots.texts.texts import Texts
from engine.jobs.job import JobState


@dataclass(frozen=True, slots=True)
class Talk:
    """The sentences in one language, one method for each."""

    texts: Texts

    def welcome(self) -> str:
        """Greet somebody who comes for the first time."""
        _ = self.texts.gettext
        return _(
            "Hi! Send me a selfie and pick an effect: in a moment it comes back as a short video. "
            "/help says what else I can do."
        )

    def hello_group(self, bot: str) -> str:
        """Say to a group how to use the bot."""
        _ = self.texts.gettext
        return _(
            "Hello, everybody! Reply to a photo with /effect, or send one with "
            "@{bot} and an effect's name, and it becomes a short video."
        ).format(bot=bot)

    def help(self, bot: str) -> str:
        """Say what can be done, in a few lines."""
        _ = self.texts.gettext
        return _(
            "Send a photo and pick an effect, or write under the photo what should happen.\n\n"
            "/effects – what there is\n"
            "/effect robot – in answer to a photo\n"
            "/jobs – your last clips\n"
            "/again – the last one once more\n"
            "/cancel – stop what is on its way\n"
            "/lang – your language\n"
            "/privacy, /terms – what is kept, and the rules\n"
            "/forgetme – delete everything of yours\n\n"
            "In any chat, type @{bot} and an effect to use it on your last photo."
        ).format(bot=bot)

    def help_discord(self) -> str:
        """Say what can be done in a place with commands and menus, in a few lines."""
        _ = self.texts.gettext
        return _(
            "Give me a photo and pick an effect, or say in words what should happen.\n\n"
            "/effect – an effect on a photo\n"
            "/imagine – say what should happen\n"
            "/effects – what there is\n"
            "/jobs – your last clips\n"
            "/cancel – stop what is on its way\n"
            "/info – what you have used, and what works right now\n"
            "/lang – your language\n"
            "/privacy – what is kept\n"
            "/forgetme – delete everything of yours\n\n"
            "Under Apps in the menu of a message with a photo there is “Apply effect to photo”, "
            "and in the menu of a person “Apply effect to avatar”, if they allow it with /optin."
        )

    def pick(self) -> str:
        """Offer effects for a photo."""
        return self.texts.gettext("Pick an effect, or tell me in words what should happen.")

    def pick_for_avatar(self, name: str) -> str:
        """Offer effects for somebody's avatar."""
        return self.texts.gettext("Pick an effect for the avatar of {name}.").format(name=name)

    def pick_for_two(self) -> str:
        """Offer effects for two photos."""
        _ = self.texts.gettext
        return _("Two photos. Pick an effect; one that needs a single photo uses the first.")

    def pick_for_several(self, photos: int) -> str:
        """Offer effects for an album."""
        _ = self.texts.gettext
        return _(
            "{photos} photos. Pick an effect; one that needs fewer uses the first ones."
        ).format(photos=photos)

    def pick_for_many(self, photos: int, most: int) -> str:
        """Offer effects for an album of more photos than any effect takes."""
        _ = self.texts.gettext
        return _(
            "{photos} photos. I can work with the first {most} of them. Pick an effect; "
            "one that needs fewer uses the first ones."
        ).format(photos=photos, most=most)

    def more_effects(self) -> str:
        """Label the button that turns the page."""
        return self.texts.gettext("More…")

    def all_effects(self) -> str:
        """Head the list of effects."""
        return self.texts.gettext("Pick an effect, then send me a photo for it:")

    def no_effects(self) -> str:
        """Say that nothing can be made now."""
        _ = self.texts.gettext
        return _(
            "There is nothing I can make right now: no worker has come up yet. Try again soon."
        )

    def send_photo(self, title: str) -> str:
        """Ask for the photo that an effect needs."""
        return self.texts.gettext("Now send me a photo for {title}.").format(title=title)

    def send_second(self, title: str) -> str:
        """Ask for the second photo that an effect needs."""
        _ = self.texts.gettext
        return _("{title} needs two photos. Give me the second one.").format(title=title)

    def answer_a_photo(self) -> str:
        """Say that a command is to be given in answer to a photo."""
        _ = self.texts.gettext
        return _("Reply to a photo with this command, or send it as the words under a photo.")

    def say_what(self) -> str:
        """Ask for the words that a command needs."""
        _ = self.texts.gettext
        return _("Write what should happen after the command: /prompt turn me into a robot")

    def no_picture(self) -> str:
        """Say that something holds no picture."""
        return self.texts.gettext("I cannot get a picture out of this. Send me a photo.")

    def hidden_photo(self) -> str:
        """Say how a photo is used that the platform does not show us."""
        _ = self.texts.gettext
        return _(
            "I cannot see the message you replied to. If it has a photo, open its menu, then Apps, "
            "“{entry}”."
        ).format(entry=discord_names(self.texts)[PHOTO_MENU])

    def interrupted(self) -> str:
        """Say that something was asked for in vain."""
        return self.texts.gettext("I was interrupted before I had noted this. Please ask again.")

    def nothing_on_its_way(self) -> str:
        """Say that there is nothing to cancel."""
        return self.texts.gettext("Nothing of yours is on its way.")

    def nothing_yet(self) -> str:
        """Say that somebody has asked for nothing so far."""
        return self.texts.gettext("There are no clips of yours yet. Give me a photo to begin with!")

    def cancelled(self, clips: int) -> str:
        """Say how many clips were stopped."""
        return self.texts.ngettext("Stopped {clips} clip.", "Stopped {clips} clips.", clips).format(
            clips=clips
        )

    def your_clips(self) -> str:
        """Head the list of somebody's clips."""
        return self.texts.gettext("Your last clips:")

    def get_clip(self, title: str) -> str:
        """Label the button that shows a clip which could not be delivered."""
        return self.texts.gettext("Show {title}").format(title=title)

    def moved_here(self, mention: str) -> str:
        """Say that an ask goes on in this message."""
        _ = self.texts.gettext
        return _("{mention} this takes a while, so it goes on here.").format(mention=mention)

    def info(self, allowance: Allowance, effects: int) -> str:
        """Say what somebody has used, and how many effects can be made right now."""
        _ = self.texts.gettext
        can = self.texts.ngettext(
            "{effects} effect can be made right now.",
            "{effects} effects can be made right now.",
            effects,
        )
        lines = [
            _used(self.texts, allowance),
            _("Your clips are made in the paid class.")
            if allowance.job_class == "paid"
            else _("Your clips are made in the free class."),
            can.format(effects=effects) if effects else self.no_effects(),
        ]
        return "\n".join(lines)

    def shared_avatar(self, on: bool) -> str:
        """Say whether others may use somebody's avatar from now on."""
        _ = self.texts.gettext
        if on:
            return _(
                "Others in servers may now use effects on your avatar. /optin again takes it back."
            )
        return _("Nobody may use effects on your avatar any more.")

    def settings_title(self) -> str:
        """Head what the admins of a server can set."""
        return self.texts.gettext("Settings of this server. Changes take effect at once.")

    def settings_rooms(self) -> str:
        """Label the choice of channels."""
        return self.texts.gettext("Channels where effects are used (none picked: all)")

    def settings_roles(self) -> str:
        """Label the choice of roles."""
        return self.texts.gettext("Roles that may make clips (none picked: everyone)")

    def settings_effects(self) -> str:
        """Label the choice of effects."""
        return self.texts.gettext("Effects that may be used (none picked: all)")

    def settings_daily(self) -> str:
        """Label the choice of how many clips everyone may have."""
        return self.texts.gettext("Clips a day for each member")

    def settings_quiet(self) -> str:
        """Label the choice of when nothing is taken."""
        return self.texts.gettext("Quiet hours")

    def settings_spoiler(self, on: bool) -> str:
        """Label the switch that hides clips until somebody clicks."""
        return self.texts.gettext("Spoilers: on") if on else self.texts.gettext("Spoilers: off")

    def choose_language(self) -> str:
        """Ask for a language."""
        return self.texts.gettext("Which language shall I speak?")

    def language_chosen(self) -> str:
        """Say, in the language chosen, that it is."""
        return self.texts.gettext("I speak English to you from now on.")

    def really_forget(self) -> str:
        """Ask before everything of somebody's is deleted."""
        _ = self.texts.gettext
        return _(
            "This stops what is on its way and deletes your photos, clips and words here for good. "
            "Messages in this chat stay; delete those yourself."
        )

    def forget(self) -> str:
        """Label the button that deletes everything."""
        return self.texts.gettext("Delete everything of mine")

    def forgotten(self) -> str:
        """Say that everything is deleted."""
        return self.texts.gettext("Done: nothing of yours is kept here any more.")

    def privacy(self, photos_h: int, clips_days: int, journal_days: int) -> str:
        """Say what is kept, where, and for how long."""
        _ = self.texts.gettext
        return _(
            "Your photos and clips are kept on the machine of whoever runs this bot, and go "
            "nowhere else. Photos are deleted after {photos_h} hours, clips after {clips_days} "
            "days, and the list of who asked for which effect after {journal_days} days. Nothing "
            "is used for training. /forgetme deletes everything of yours at once."
        ).format(photos_h=photos_h, clips_days=clips_days, journal_days=journal_days)

    def terms(self) -> str:
        """Say what people may do here."""
        _ = self.texts.gettext
        return _(
            "Send only photos of yourself, or of people who agree. No nudity, no violence, nobody "
            "under age. The clips are made by a program: say so when you show them around. "
            "Report what should not be here with /report."
        )

    def report_what(self) -> str:
        """Say how a clip is reported."""
        return self.texts.gettext("Reply with /report to the message that should not be here.")

    def reported(self) -> str:
        """Say that a report has reached the owner."""
        return self.texts.gettext("Thank you. The owner of this bot has been told.")

    def nobody_told(self) -> str:
        """Say that a report has reached nobody."""
        _ = self.texts.gettext
        return _("I cannot reach the owner of this bot. Please tell an admin of this chat.")

    def report_for_owner(self, person: str, address: str, words: str) -> str:
        """Tell the owner of a report."""
        _ = self.texts.gettext
        said = _("{person} reports this message: {address}").format(person=person, address=address)
        return f"{said}\n{words}" if words else said

    def remix(self, title: str) -> str:
        """Offer to change what a clip is made with."""
        _ = self.texts.gettext
        return _("Another {title}: press what you want different, then Make it.").format(
            title=title
        )

    def remix_words(self, title: str) -> str:
        """Offer to change the words a clip is made with."""
        _ = self.texts.gettext
        return _(
            "Another {title}: press what you want different, or reply to this message with other "
            "words; then Make it."
        ).format(title=title)

    def make_it(self) -> str:
        """Label the button that asks for a draft as it is."""
        return self.texts.gettext("Make it")

    def make_your_own(self) -> str:
        """Label the link under a clip that somebody shares."""
        return self.texts.gettext("Make your own")

    def state(self, state: JobState) -> str:
        """Name where a clip is."""
        _ = self.texts.gettext
        names = {
            JobState.QUEUED: _("in line"),
            JobState.RUNNING: _("being made"),
            JobState.SUCCEEDED: _("ready"),
            JobState.REFUSED: _("refused"),
            JobState.FAILED: _("failed"),
            JobState.CANCELLED: _("cancelled"),
        }
        return names[state]

    def switched_on(self, is_on: bool) -> str:
        """Name the state of an option that is on or off."""
        return self.texts.gettext("on") if is_on else self.texts.gettext("off")

    def use_here(self, title: str) -> str:
        """Describe an effect offered in any chat."""
        return self.texts.gettext("{title} on your last photo").format(title=title)

    def no_photo_yet(self) -> str:
        """Label what leads to the bot when somebody has no photo there yet."""
        return self.texts.gettext("Send me a photo first")


def _used(texts: Texts, allowance: Allowance) -> str:
    """Say how many clips somebody has had, and when the next one is due if that is all."""
    if allowance.daily_limit is None:
        said = texts.ngettext(
            "Today: {made} clip; on their way: {waiting} of {most}.",
            "Today: {made} clips; on their way: {waiting} of {most}.",
            allowance.made,
        )
    else:
        said = texts.ngettext(
            "Today: {made} of {limit} clip; on their way: {waiting} of {most}.",
            "Today: {made} of {limit} clips; on their way: {waiting} of {most}.",
            allowance.daily_limit,
        )
    used = said.format(
        made=allowance.made,
        limit=allowance.daily_limit,
        waiting=allowance.waiting,
        most=allowance.max_waiting,
    )
    if allowance.renews_in_s is None:
        return used
    renews = texts.gettext("The next one is due in {renews}.")
    return f"{used}\n{renews.format(renews=texts.wait(allowance.renews_in_s))}"
