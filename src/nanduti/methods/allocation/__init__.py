"""Sharing what a group makes, buys and pays: orders, tasks, purchases, pooled funds.

An order is shared by the simple rule that a group can check by hand (:func:`share_order`) and by the optimum
under every
rule (:func:`allocate_order`), side by side, with fairness measured (:func:`fairness`), its price stated, and
what is owed
carried to the next order (:class:`Ledger`). After a failure the rest is given to others (:func:`reallocate`). Tasks
are divided (:func:`divide_tasks`), purchases pooled over price breaks (:func:`purchase_pool`), and pooled money settled
to the cent (:func:`plan_pool`, :func:`settle_pool`, :func:`fund_statement`).
"""

from .allocating import Allocation, FirmShare, allocate_order
from .apportionment import apportion
from .claims import divide_claims
from .fairness import Envy, Fairness, envy, fairness
from .funds import (
    FundEntry,
    FundStatement,
    MemberRefund,
    PoolPlan,
    Settlement,
    fund_statement,
    plan_pool,
    settle_pool,
)
from .games import nucleolus, objection, shapley
from .ledger import Ledger
from .order import Order, OrderRule, read_rules
from .purchasing import PoolMember, PriceBreaks, PurchasePool, purchase_pool, split_amount
from .repairing import Repair, reallocate
from .simple_rule import SharedFirm, SharedOrder, performance, share_order
from .tasks import DividedTasks, divide_tasks

__all__ = [
    "Allocation",
    "DividedTasks",
    "Envy",
    "Fairness",
    "FirmShare",
    "FundEntry",
    "FundStatement",
    "Ledger",
    "MemberRefund",
    "Order",
    "OrderRule",
    "PoolMember",
    "PoolPlan",
    "PriceBreaks",
    "PurchasePool",
    "Repair",
    "Settlement",
    "SharedFirm",
    "SharedOrder",
    "allocate_order",
    "apportion",
    "divide_claims",
    "divide_tasks",
    "envy",
    "fairness",
    "fund_statement",
    "nucleolus",
    "objection",
    "performance",
    "plan_pool",
    "purchase_pool",
    "read_rules",
    "reallocate",
    "settle_pool",
    "shapley",
    "share_order",
    "split_amount",
]
