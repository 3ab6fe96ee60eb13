"""Why a contract is no option for a product: one recorded reason per product, market and contract.

Hides the order of the checks. Keeps the invariant that a contract of the market is either offered or stands
here with its reason.
"""

from dataclasses import dataclass

from tuoguan.contracts import Compiled, QuantityName, State
from tuoguan.foundation.parties import Duty
from tuoguan.intake import Seller


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A way of selling that was not considered. ``code`` is short and stable; en and zh are one sentence each."""

    sku: str
    market: str
    contract: str
    code: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Product:
    """What the checks and the options need of one product; money is minor units of the book currency, weight grams."""

    sku: str
    brand: str
    category: str
    unit_cost_minor: int
    retail_price_minor: int
    weight_g: int
    volume_cm3: int
    moq: int
    carton: int
    supplier_lead_days: int
    return_rate_ppm: int | None
    keep: tuple[Duty, ...]
    today: str
    assumed: frozenset[str]
    supplier: str = ""


def kept_duties(product: Product, seller: Seller) -> tuple[Duty, ...]:
    """The duties that must stay with the seller for this product: by product, by brand, for all."""
    wanted = {*product.keep, *seller.control.keep, *seller.control.keep_by_brand.get(product.brand, ())}
    return tuple(duty for duty in Duty if duty in wanted)


def is_considered(contract_id: str, seller: Seller) -> bool:
    """True when the seller lists no contracts, or lists this id or a prefix of whole path parts."""
    return not seller.contracts or any(
        contract_id == word or contract_id.startswith(word.rstrip("/") + "/") for word in seller.contracts
    )


def contract_exclusion(contract: Compiled, seller: Seller) -> tuple[str, str, str] | None:
    """(code, en, zh) why the contract is out for every product, or None."""
    if not is_considered(contract.id, seller):
        return "not_considered", "the seller's settings leave this contract out", "卖家设置未考虑此合同"
    if contract.state is not State.OPEN:
        en = f"the contract is {contract.state.value} on the day of the decision"
        word = {State.PLANNED: "尚未开放", State.SUSPENDED: "已暂停", State.ENDED: "已终止"}[contract.state]
        return "not_open", en, f"决策当日此合同{word}"
    return None


def product_exclusion(
    contract: Compiled, product: Product, seller: Seller, excluded_categories: tuple[str, ...]
) -> tuple[str, str, str] | None:
    """(code, en, zh) why this product cannot or may not be sold under the contract, or None."""
    lost = [duty for duty in kept_duties(product, seller) if not contract.owns(duty)]
    if lost:
        names = ", ".join(duty.value.replace("_", " ") for duty in lost)
        owners = ", ".join(sorted({contract.owner[duty].value for duty in lost}))
        en = f"{names} must stay with the seller; under this contract it belongs to the {owners}"
        return "kept_duty", en, f"{names} 须由卖家掌握，而此合同归 {owners}"
    minimum = contract.quantities.get(QuantityName.MIN_WEIGHT_G)
    if minimum is not None and product.weight_g < minimum.value:
        en = f"{product.weight_g} g is below the contract's minimum of {minimum.value} g"
        return "too_light", en, f"重量 {product.weight_g} 克低于合同下限 {minimum.value} 克"
    if product.category.casefold() in {name.casefold() for name in excluded_categories}:
        return "category", f"category {product.category} is not admitted", f"类目 {product.category} 不准入"
    return None
