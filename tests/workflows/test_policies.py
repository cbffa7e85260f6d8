"""The rows of the policy table agree with each other, with the error tree and with the hold."""

import dataclasses
from datetime import timedelta

from services.shared.errors import refusals
from workflows import policies, steps
from workflows.messages import PlaceOrderInput
from workflows.placement import is_local
from workflows.policies import FINAL_TYPES, Policy

ALL = ("catalog", "inventory", "orders", "payments")


def rows() -> dict[str, Policy]:
    return {name: row for name, row in vars(policies).items() if isinstance(row, Policy)}


def test_a_hold_lasts_longer_than_all_that_may_happen_before_the_pivot() -> None:
    (hold,) = (field.default for field in dataclasses.fields(PlaceOrderInput) if field.name == "hold_seconds")
    assert isinstance(hold, int)
    local = policies.LOCAL.attempt * policies.LOCAL.retry.maximum_attempts
    patience = [steps.RESERVED.policy.patience, steps.AUTHORIZE.policy.patience, steps.COMMIT.policy.patience]
    bounded = [each for each in patience if each]
    assert len(bounded) == len(patience)
    assert sum(bounded, 2 * local) < timedelta(seconds=hold) * 0.75


def test_no_refusal_is_ever_retried() -> None:
    assert set(FINAL_TYPES) >= {"INVALID", "NOT_FOUND", "CONFLICT", "IDEMPOTENCY_MISMATCH", "SKU_TAKEN"}
    assert set(FINAL_TYPES) >= {"OUT_OF_STOCK", "RESERVATION_EXPIRED", "PAYMENT_DECLINED", "NOT_CANCELLABLE"}
    assert {row.retry.non_retryable_error_types for row in rows().values()} == {FINAL_TYPES}
    assert {"UNAVAILABLE", "UNEXPECTED"}.isdisjoint(leaf.code for leaf in refusals())


def test_an_attempt_fits_into_the_patience() -> None:
    for name, row in rows().items():
        assert row.patience is None or row.patience > row.attempt, name


def test_an_undo_outlasts_the_longest_attempt_that_may_still_be_on_its_way() -> None:
    assert policies.UNDO.patience
    table = [step for step in vars(steps).values() if isinstance(step, steps.Step)]
    assert policies.UNDO.patience > max(step.policy.attempt for step in table if step.service in ALL)


def test_a_step_is_local_only_beside_its_service_and_inside_its_database() -> None:
    table = [step for step in vars(steps).values() if isinstance(step, steps.Step)]
    assert {step.service for step in table if is_local(step, ALL)} == {"catalog", "inventory", "orders"}
    assert not any(is_local(step, ()) for step in table)
    assert {step.service for step in table if is_local(step, ("orders",))} == {"orders"}
