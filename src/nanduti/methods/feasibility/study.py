"""The feasibility study as a typed document: horizon, products, costs, investment, finance, tax.

Amounts are in the display unit of the study's currency at nominal capacity and the prices of the base
year. A schedule maps period labels to amounts; ``"1995..1999"`` and ``"1995.."`` stand for several periods.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Schedule = Mapping[str, float]

GROUPS = (
    "land",
    "site_preparation",
    "civil_works",
    "plant_machinery",
    "auxiliary_equipment",
    "environment",
    "incorporated_assets",
    "contingencies",
    "pre_production",
)
MATERIALS = ("raw_materials", "factory_supplies")
FACTORY = (
    *MATERIALS,
    "utilities",
    "energy",
    "spare_parts",
    "repair",
    "royalties",
    "labour",
    "labour_overheads",
    "factory_overheads",
)
ADMINISTRATION = ("administration", "leasing")
MARKETING = ("direct_marketing", "marketing_overheads")
CATEGORIES = (*FACTORY, *ADMINISTRATION, *MARKETING)


@dataclass(frozen=True)
class Horizon:
    """The planning horizon: construction, an optional start-up, yearly production, and one scrap year.

    Attributes:
        start: first month, ``"1991-01"``.
        construction_periods: how many periods before production; 0 for a running firm.
        construction_months: their length, 1, 3, 6 or 12 months.
        production_years: years of production.
        residual_year: whether a last year receives the residual values.
        startup_periods: periods of the same length in which production starts before the first full year.
            They have sales and costs of their months; depreciation and dividends wait for the first full
            year, whose tax year takes their profit in. ``use`` of the products begins with them.
    """

    start: str
    construction_periods: int
    production_years: int
    construction_months: int = 12
    residual_year: bool = True
    startup_periods: int = 0


@dataclass(frozen=True)
class Depreciation:
    """How an item is depreciated; see :func:`~nanduti.methods.feasibility.rules.depreciation`.

    ``starts`` names the period of the first charge; without it items bought before production start with
    the first production year, later ones in the year after the purchase.
    """

    method: str = "linear_to_zero"
    life_years: float = 10
    salvage_share: float = 0.0
    rate: float | None = None
    first_year_months: float = 12
    starts: str | None = None


@dataclass(frozen=True)
class Investment:
    """One item of fixed investment or pre-production expenditure.

    ``residual_share`` is what the item fetches in the residual year as a share of its cost; without it,
    the book value (UNIDO 1991). ``sold_in`` names an earlier period at whose end it is sold for ``sale_value``
    (money of that period, in the study's currency); what this is above or below the book value is taxed.
    """

    name: str
    amounts: Schedule
    group: str = "plant_machinery"
    origin: str = "local"
    currency: str | None = None
    escalation: float = 0.0
    depreciation: Depreciation = field(default_factory=Depreciation)
    residual_share: float | None = None
    sold_in: str | None = None
    sale_value: float = 0.0


@dataclass(frozen=True)
class Product:
    """A product: yearly nominal capacity in units, price, and the share of capacity sold in each year.

    ``use`` holds shares for the production years; the last one repeats. ``finished_days`` is the stock of
    finished products in days of sales, used by the COMFAR III convention to plan production. ``season`` gives twelve
    monthly parts of a year's sales for :func:`~nanduti.methods.feasibility.monthly_cash`; without it the months
    are alike.
    """

    name: str
    capacity: float
    price: float
    use: tuple[float, ...] = (1.0,)
    market: str = "local"
    currency: str | None = None
    escalation: float = 0.0
    sales_tax: float = 0.0
    subsidy: float = 0.0
    finished_days: float | None = None
    season: tuple[float, ...] = ()


@dataclass(frozen=True)
class Cost:
    """A yearly cost at nominal capacity, or a cost for each unit.

    Attributes:
        amount: for a year at nominal capacity, or for each unit of ``product`` if ``per_unit``.
        variable_share: part that moves with production (with sales for marketing); the rest is fixed.
        product: the product whose volume drives it; without one the volume of all, by nominal value.
        coverage_days: stock held of it, in days of use.
        cost_centre: for the table of costs by cost centre.
        adjust: factors for single periods, 1 where nothing is said.
        season: twelve monthly parts of the year's cost; without it the months follow the sales of what it
            serves (variable part) or are alike (fixed part).
    """

    name: str
    amount: float
    category: str
    variable_share: float = 0.0
    product: str | None = None
    per_unit: bool = False
    coverage_days: float | None = None
    origin: str = "local"
    currency: str | None = None
    escalation: float = 0.0
    cost_centre: str | None = None
    adjust: Schedule = field(default_factory=dict)
    season: tuple[float, ...] = ()


@dataclass(frozen=True)
class WorkingCapital:
    """Days of coverage and the convention they follow.

    ``manual_1991`` (Behrens and Hawranek): work in progress and payables on factory cost, finished products
    on operating cost, receivables on operating and marketing cost, cash in hand on local operating cost
    less raw materials and factory supplies; production equals sales; each item is held at its requirement.
    ``comfar_iii``: the same bases on products *produced* for materials, work in progress, cash (local and
    foreign) and payables (operating cost), on products *sold* for finished products and receivables; a
    material stock left after use is kept until used.

    ``initial`` gives stocks bought before production by cost name; ``adjustments`` are labelled sums.
    """

    convention: str = "manual_1991"
    work_in_progress_days: float | None = None
    finished_products_days: float | None = None
    receivables_days: float | None = None
    cash_days: float | None = None
    payables_days: float | None = None
    deposit_share: float = 0.0
    deposit_rate: float = 0.0
    initial: Mapping[str, Schedule] = field(default_factory=dict)
    adjustments: Schedule = field(default_factory=dict)


@dataclass(frozen=True)
class Equity:
    """Paid-in capital of a class: ``ordinary``, ``preference``, ``joint_venture`` or ``subsidy``.

    ``origin`` tells local from foreign money, for the table of foreign exchange. ``refunds`` is capital paid
    back to the owners by period; the lines of paid-in equity are net of it.
    """

    name: str
    amounts: Schedule
    kind: str = "ordinary"
    dividend_rate: float = 0.0
    dividend_amount: float = 0.0
    origin: str = "local"
    refunds: Schedule = field(default_factory=dict)


@dataclass(frozen=True)
class Loan:
    """A loan; months such as ``"1994-06"`` mean the end of that month.

    Attributes:
        kind: ``annuity``, ``constant_principal`` or ``profile`` (``repayments`` by month).
        first_repayment: without it, one repayment interval after the later of last disbursement and
            start of production.
        capitalise_interest: whether interest of the construction phase is added to the debt.
        agency_fee: share of the loan paid with the first disbursement; ``commitment_fee`` a year on the
            undrawn part until the last disbursement; ``guarantee_fee`` a year on the drawn part;
            ``other_fee`` an amount with the first disbursement.
        opening: balance owed before the study starts, for a firm that runs already; then nothing need be
            drawn.
    """

    name: str
    rate: float
    disbursements: Schedule = field(default_factory=dict)
    kind: str = "constant_principal"
    instalments: int = 1
    every_months: int = 12
    first_repayment: str | None = None
    repayments: Schedule = field(default_factory=dict)
    capitalise_interest: bool = False
    agency_fee: float = 0.0
    commitment_fee: float = 0.0
    guarantee_fee: float = 0.0
    other_fee: float = 0.0
    currency: str | None = None
    origin: str = "local"
    opening: float = 0.0


@dataclass(frozen=True)
class Tax:
    """Profit tax by brackets, with holiday years from the start of production and loss carry-forward.

    Attributes:
        investment_allowance: share of the cost of an investment, by its name or group, that lowers taxable
            profit once beside depreciation: in the year of purchase, for what is bought before production in
            the first production year.
        depreciation_allowance: share of the yearly depreciation, by name or group, that lowers taxable
            profit besides the depreciation itself.

    Allowances lower tax, not profit; what exceeds the profit of a year is a loss to carry forward.
    """

    limits: tuple[float, ...] = (0.0,)
    rates: tuple[float, ...] = (0.0,)
    holiday_years: int = 0
    carry_forward_years: int | None = 0
    investment_allowance: Mapping[str, float] = field(default_factory=dict)
    depreciation_allowance: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Revaluation:
    """Yearly revaluation of fixed assets by an index: ``V_j = V_i · FI_j/FI_i``.

    ``rates`` maps periods to the rise of the index in them (0.1 for 10 %). Book values rise at the start of
    the period, depreciation follows the revalued cost, and the rise stands in a reserve of its own. Pre-production
    expenditure and interest of construction are not revalued.
    """

    rates: Schedule = field(default_factory=dict)
    groups: tuple[str, ...] = tuple(g for g in GROUPS if g != "pre_production")


@dataclass(frozen=True)
class OpeningAsset:
    """A fixed asset that stands in the books when the study starts; linear over what is left of its life.

    ``remaining_years`` 0 means that it is not depreciated (land). ``residual_share`` as of an investment, of
    the opening book value.
    """

    name: str
    book_value: float
    remaining_years: float = 10
    group: str = "plant_machinery"
    salvage_share: float = 0.0
    residual_share: float | None = None


@dataclass(frozen=True)
class Opening:
    """Balance sheet of a running firm on the day the study starts. Loans bring their own ``opening``.

    Both sides must meet; without ``retained_profit`` it is what makes them meet. Working capital is current
    assets less payables; the first production period starts from it.
    """

    assets: tuple[OpeningAsset, ...] = ()
    working_capital: float = 0.0
    cash: float = 0.0
    paid_in_equity: float = 0.0
    retained_profit: float | None = None


@dataclass(frozen=True)
class Dividends:
    """Profit distribution: amounts by period, or a share of the net profit left after preference claims.

    Nothing is paid on a loss, and never more than the net profit of the year.
    """

    amounts: Schedule = field(default_factory=dict)
    payout_share: float = 0.0


@dataclass(frozen=True)
class Currency:
    """A foreign currency: units of the study's currency for one of it, and its yearly inflation.

    With ``inflation`` given here or for the study's currency the rate moves with relative inflation.
    """

    code: str
    rate: float
    inflation: tuple[float, ...] = ()


@dataclass(frozen=True)
class Discounting:
    """Yearly rates and the reference date; modified rates need both rates of their own."""

    rate: float
    equity_rate: float | None = None
    reference: str = "end_of_first_year"
    reinvestment: float | None = None
    borrowing: float | None = None


@dataclass(frozen=True)
class Study:
    """A whole study. ``deficit`` says what happens when cash runs out.

    ``show``: the deficit stands as its own line, uncovered. ``cover``: COMFAR's automatic equity in
    construction and overdraft in production, each as a labelled line, at ``overdraft_rate`` (COMFAR: 0).

    Source: Behrens and Hawranek (UNIDO 1991), chapter X; COMFAR III reference manual, chapter VII.
    """

    name: str
    currency: str
    horizon: Horizon
    discounting: Discounting
    products: tuple[Product, ...]
    unit: float = 1
    price_year: int | None = None
    investments: tuple[Investment, ...] = ()
    costs: tuple[Cost, ...] = ()
    working_capital: WorkingCapital = field(default_factory=WorkingCapital)
    equity: tuple[Equity, ...] = ()
    loans: tuple[Loan, ...] = ()
    tax: Tax = field(default_factory=Tax)
    dividends: Dividends = field(default_factory=Dividends)
    currencies: tuple[Currency, ...] = ()
    inflation: tuple[float, ...] = ()
    interest_depreciation: Depreciation = field(default_factory=Depreciation)
    deficit: str = "show"
    overdraft_rate: float = 0.0
    revaluation: Revaluation = field(default_factory=Revaluation)
    opening: Opening = field(default_factory=Opening)
