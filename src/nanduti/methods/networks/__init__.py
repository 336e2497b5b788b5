"""Networks: who is tied to whom in a cluster, how tightly, who stands between, and what changed.

:func:`build` makes a :class:`Network` from a table of ties with kinds, strengths and dates, keeping tie, no tie and
unknown apart; :func:`from_matrix`, :func:`read_dl` and :func:`read_vna` take what other programmes wrote. Of the whole
speak :func:`cohesion` (33 measures), :func:`components`, :func:`core_periphery`, :func:`triad_census`; of each actor
:func:`centralities`, :func:`structural_holes`, :func:`ego_networks`, :func:`brokerage`; of groups :func:`mixing_table`,
:func:`homophily`, :func:`ei_index`, :func:`communities`, :func:`roles`. :func:`qap_correlation`, :func:`mrqap` and
:func:`logistic_qap` test by shuffling; :func:`compare_waves` says what changed between rounds, :func:`missing_ties`
fills what is not known by a stated rule, :func:`contrast_views` lays what two sides say beside each other,
:func:`associativity` puts a cluster into words, :func:`layout` draws it where it was drawn before. Estimates from
respondent-driven samples stand in :mod:`nanduti.methods.sampling`.
"""

from .associativity import Associativity, Statement, associativity
from .brokerage import Brokerage, brokerage
from .building import build, build_layers
from .centrality import (
    betweenness,
    bonacich_power,
    centralisation,
    centralities,
    closeness,
    degree,
    eigenvector,
    pagerank,
)
from .change import Change, compare_waves, jaccard_bounds, on_common_actors, stability_test
from .cohesion import Cohesion, cohesion
from .communities import Communities, agreement, communities, community_table, modularity
from .components import Components, CutPoints, components, core_table, cut_points, k_cores
from .core_periphery import CorePeriphery, core_periphery
from .counting import (
    Density,
    Dyads,
    Transitivity,
    density,
    dyad_census,
    local_clustering,
    reciprocity,
    transitivity,
    triad_census,
)
from .drawing import draw
from .ego_networks import ego_networks
from .equivalence import (
    Roles,
    block_densities,
    regular_equivalence,
    role_table,
    roles,
    structural_equivalence,
)
from .graph import Network, from_matrix
from .homophily import (
    DensityModel,
    EIIndex,
    Homophily,
    Mixing,
    assortativity,
    density_model,
    ei_index,
    homophily,
    mixing_table,
)
from .layout import Layout, layout
from .missing import Filled, missing_ties, sensitivity
from .multiplexity import Multiplexity, Views, contrast_views, multiplexity
from .qap import QapCorrelation, qap_correlation
from .qap_regression import LogisticQap, Mrqap, logistic_qap, mrqap
from .reading import read_dl, read_vna
from .resampling import Interval, vertex_bootstrap
from .structural_holes import dyadic_constraint, structural_holes
from .writing import write_dl, write_gexf, write_graphml, write_vna

__all__ = [
    "Associativity",
    "Brokerage",
    "Change",
    "Cohesion",
    "Communities",
    "Components",
    "CorePeriphery",
    "CutPoints",
    "Density",
    "DensityModel",
    "Dyads",
    "EIIndex",
    "Filled",
    "Homophily",
    "Interval",
    "Layout",
    "LogisticQap",
    "Mixing",
    "Mrqap",
    "Multiplexity",
    "Network",
    "QapCorrelation",
    "Roles",
    "Statement",
    "Transitivity",
    "Views",
    "agreement",
    "associativity",
    "assortativity",
    "betweenness",
    "block_densities",
    "bonacich_power",
    "brokerage",
    "build",
    "build_layers",
    "centralisation",
    "centralities",
    "closeness",
    "cohesion",
    "communities",
    "community_table",
    "compare_waves",
    "components",
    "contrast_views",
    "core_periphery",
    "core_table",
    "cut_points",
    "degree",
    "density",
    "density_model",
    "draw",
    "dyad_census",
    "dyadic_constraint",
    "ego_networks",
    "ei_index",
    "eigenvector",
    "from_matrix",
    "homophily",
    "jaccard_bounds",
    "k_cores",
    "layout",
    "local_clustering",
    "logistic_qap",
    "missing_ties",
    "mixing_table",
    "modularity",
    "mrqap",
    "multiplexity",
    "on_common_actors",
    "pagerank",
    "qap_correlation",
    "read_dl",
    "read_vna",
    "reciprocity",
    "regular_equivalence",
    "role_table",
    "roles",
    "sensitivity",
    "stability_test",
    "structural_equivalence",
    "structural_holes",
    "transitivity",
    "triad_census",
    "vertex_bootstrap",
    "write_dl",
    "write_gexf",
    "write_graphml",
    "write_vna",
]
