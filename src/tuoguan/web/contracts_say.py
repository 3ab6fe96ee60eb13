"""The words of contracts bound to a reader's language, for templates. Computes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuoguan.app import contracts_said, contracts_words
from tuoguan.app.contracts_words import Words, word
from tuoguan.contracts import ChargeEntry, Contract, DeadlineEntry, Key, Provenance, label, standing
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.parties import Duty
from tuoguan.web.translating import Language


@dataclass(frozen=True, slots=True)
class Say:
    """What a template asks for words."""

    language: Language

    def label(self, name: str) -> str:
        """A word of the vocabulary: a duty, a party, a setting, a quantity."""
        text = label(name, self.language)
        return text[:1].upper() + text[1:]

    def title(self, contract: Contract) -> str:
        """A contract's title."""
        return contract.head.title_zh if self.language == "zh" else contract.head.title

    def short(self, contract: Contract) -> str:
        """A contract's title without its market."""
        return self.title(contract).partition("（" if self.language == "zh" else ", ")[0]

    def model(self, name: str) -> str:
        """What a model is called."""
        text = word(contracts_words.MODELS, name, self.language)
        return text[:1].upper() + text[1:]

    def state(self, name: str) -> str:
        """Whether sellers can trade."""
        return word(contracts_words.STATES, name, self.language)

    def evidence(self, name: str) -> str:
        """How strong a source is."""
        return word(contracts_words.EVIDENCE, name, self.language)

    def standing(self, entry: Provenance) -> str:
        """sourced, ranged or assumed, as the word of the files: for classes."""
        return standing(entry)

    def word(self, group: str, name: str) -> str:
        """A word of one of `contracts_words`' lists, such as ("FACTS", "units_shipped")."""
        words: Words = getattr(contracts_words, group)
        return word(words, name, self.language)

    def meaning(self, duty: str) -> str:
        """What work a duty is."""
        return contracts_said.meaning(duty, self.language)

    def name(self, key: Key) -> str:
        """A term's name."""
        text = contracts_said.name_of(key, self.language)
        return text[:1].upper() + text[1:]

    def sentence(self, entry: Provenance | None) -> str:
        """Any entry in one line; "" for none."""
        return contracts_said.sentence(entry, self.language) if entry is not None else ""

    def amount(self, entry: ChargeEntry) -> str:
        """How much a charge is."""
        return contracts_said.amount(entry, self.language)

    def when(self, entry: ChargeEntry) -> str:
        """When it falls due."""
        return contracts_said.when(entry, self.language)

    def bounds(self, entry: ChargeEntry) -> Sequence[str]:
        """Its tiers and caps."""
        return contracts_said.bounds(entry, self.language)

    def span(self, entry: DeadlineEntry) -> str:
        """How long a clock runs."""
        return contracts_said.span(entry, self.language)

    def charge(self, name: str) -> str:
        """A charge's name."""
        text = word(contracts_words.CHARGES, name, self.language)
        return text[:1].upper() + text[1:]

    def duty(self, duty: Duty) -> str:
        """A duty's name."""
        return self.label(duty.value)

    def iso(self, day: Day) -> str:
        """A day as it stands in a URL."""
        return iso(day)
