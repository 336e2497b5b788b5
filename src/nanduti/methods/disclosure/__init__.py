"""Disclosure control: what may be shown of records and tables, and the proof that it gives nobody away.

Two halves. *Records*: measures of risk (k-anonymity, l-diversity, t-closeness, individual and global risk,
uniques, SUDA), protection (recoding, top-coding, local suppression, PRAM, microaggregation, noise) with what it costs,
and one ``gate`` that answers yes or no with reasons. *Tables*: hierarchies and totals, primary rules, secondary
suppression that carries its own certificate, attack audit, rounding, cell keys, linked tables, and a ledger of earlier
releases. Who has no expert uses ``protect_table`` and ``protect_records``.
"""

from .anonymity import (
    alpha_k,
    class_sizes,
    delta_presence,
    diversity_by_class,
    equivalence_classes,
    k_anonymity,
    l_diversity,
    n_violating,
    recursive_bound,
    sample_uniques,
    t_closeness,
)
from .audit import Audit, audit
from .cell_key import PerturbationTable, Perturbed, cell_key, perturbation_table, record_keys
from .certificate import CheckedCertificate, Deviation, check_certificate
from .gate import DIRECT_KINDS, Gate, Measures, Policy, SensitiveMeasures, gate, measures, share_unique
from .hierarchy import Hierarchy
from .improve import Budget
from .insiders import single_cells, undefended
from .jj import read_jj, write_jj
from .ledger import (
    Ledger,
    LedgerCheck,
    Release,
    exposed_to_others,
    hide_also,
    margin_cells,
    margin_of,
    may_show_group,
    release_of,
)
from .linked import Linked, link, suppress_linked
from .local_suppression import LocalSuppression, local_suppression
from .matching import frequencies
from .microaggregation import Microaggregation, mdav, microaggregate
from .perturbation import Pram, add_noise, expected_shares, invariant_matrix, pram, rank_swap
from .primary import Rules, dominance_gap, is_below_threshold, is_dominated, p_percent_gap
from .problem import FIXED, OPEN, PRIMARY, Problem, grid_equations
from .recoding import Coding, Recoding, minimal_recoding, recode, top_bottom_code
from .risk import Risk, Uniques, global_risk, individual_risk, population_uniques
from .rounding import ControlledRounding, round_controlled, round_random
from .safe import SafeRecords, SafeTable, protect_records, protect_table
from .suda import Suda, suda2
from .suppression import Suppression, suppress
from .table import Table, count_table, magnitude_table, problem_of, table_from_cells
from .utility import NumericLoss, categorical_loss, numeric_loss

__all__ = [
    "DIRECT_KINDS",
    "FIXED",
    "OPEN",
    "PRIMARY",
    "Audit",
    "Budget",
    "CheckedCertificate",
    "Coding",
    "ControlledRounding",
    "Deviation",
    "Gate",
    "Hierarchy",
    "Ledger",
    "LedgerCheck",
    "Linked",
    "LocalSuppression",
    "Measures",
    "Microaggregation",
    "NumericLoss",
    "PerturbationTable",
    "Perturbed",
    "Policy",
    "Pram",
    "Problem",
    "Recoding",
    "Release",
    "Risk",
    "Rules",
    "SafeRecords",
    "SafeTable",
    "SensitiveMeasures",
    "Suda",
    "Suppression",
    "Table",
    "Uniques",
    "add_noise",
    "alpha_k",
    "audit",
    "categorical_loss",
    "cell_key",
    "check_certificate",
    "class_sizes",
    "count_table",
    "delta_presence",
    "diversity_by_class",
    "dominance_gap",
    "equivalence_classes",
    "expected_shares",
    "exposed_to_others",
    "frequencies",
    "gate",
    "global_risk",
    "grid_equations",
    "hide_also",
    "individual_risk",
    "invariant_matrix",
    "is_below_threshold",
    "is_dominated",
    "k_anonymity",
    "l_diversity",
    "link",
    "local_suppression",
    "magnitude_table",
    "margin_cells",
    "margin_of",
    "may_show_group",
    "mdav",
    "measures",
    "microaggregate",
    "minimal_recoding",
    "n_violating",
    "numeric_loss",
    "p_percent_gap",
    "perturbation_table",
    "population_uniques",
    "pram",
    "problem_of",
    "protect_records",
    "protect_table",
    "rank_swap",
    "read_jj",
    "recode",
    "record_keys",
    "recursive_bound",
    "release_of",
    "round_controlled",
    "round_random",
    "sample_uniques",
    "share_unique", "single_cells",
    "suda2",
    "suppress",
    "suppress_linked",
    "t_closeness",
    "table_from_cells",
    "top_bottom_code", "undefended",
    "write_jj",
]  # fmt: skip
