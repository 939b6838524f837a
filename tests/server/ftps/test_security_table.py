"""Every class of attack on an FTP server, with the tests that hold against it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = {
    "bounce (RFC 2577)": ["test_attacks.test_the_server_opens_no_connection_for_anybody"],
    "theft of a passive port": [
        "test_library.test_a_data_connection_from_elsewhere_is_dropped",
        "test_session_reuse.test_a_data_connection_of_its_own_session_is_refused",
        "test_session_reuse.test_the_session_of_another_login_is_not_enough",
    ],
    "injection before TLS (CVE-2011-0411)": [
        "test_login.test_nothing_sent_in_clear_behind_auth_is_heard_in_tls",
        "test_stock.test_what_is_pipelined_behind_auth_is_heard_in_tls",
    ],
    "truncation": [
        "test_abort.test_a_cut_off_upload_is_nothing_but_a_partial",
        "test_limits.test_a_download_that_is_aborted_does_not_end_like_a_whole_one",
        "test_stock.test_a_cut_off_upload_is_taken_for_a_whole_one",
    ],
    "downgrade": [
        "test_login.test_no_password_is_taken_in_clear",
        "test_login.test_data_connections_cannot_be_made_clear",
        "test_login.test_a_clear_data_connection_uploads_nothing",
        "test_login.test_old_tls_is_refused",
        "test_stock.test_a_transfer_in_clear_gets_past_the_demand_for_tls",
    ],
    "another protocol (ALPACA, CVE-2021-3618)": [
        "test_alpaca.test_a_client_of_another_protocol_is_refused",
        "test_alpaca.test_an_http_request_is_dropped_at_its_first_line",
        "test_alpaca.test_ten_lines_that_are_no_ftp_end_the_connection",
        "test_stock.test_a_browser_is_answered",
    ],
    "patterns and huge listings (CVE-2010-2632)": [
        "test_commands.test_there_is_no_globbing",
        "test_commands.test_stat_lists_no_more_than_a_bound",
        "test_limits.test_a_huge_folder_is_streamed_beside_other_sessions",
    ],
    "forged log lines": [
        "test_attacks.test_nothing_that_a_client_types_is_in_a_log",
        "test_login.test_control_characters_in_commands_are_refused",
        "test_stock.test_a_name_can_hold_a_newline",
    ],
    "control characters in names": [
        "test_attacks.test_control_characters_are_in_no_name",
        "test_attacks.test_no_byte_in_an_argument_breaks_the_dialogue",
    ],
    "change of identity": [
        "test_abort.test_a_transfer_belongs_to_who_began_it",
        "test_stock.test_an_upload_is_told_of_under_another_login",
    ],
    "guessing, and telling logins apart": [
        "test_login.test_unknown_and_wrong_are_one_answer",
        "test_login.test_guessing_ends_the_connection",
        "test_client_certificates.test_neither_alone_opens_it",
    ],
    "traversal": ["test_attacks.test_nothing_of_another_client_is_seen_or_touched"],
    "slow clients": [
        "test_login.test_a_login_that_does_not_come_is_not_waited_for",
        "test_limits.test_half_a_handshake_on_the_control_connection_is_cut_off",
        "test_limits.test_half_a_handshake_on_the_data_connection_is_cut_off",
        "test_limits.test_a_data_connection_that_never_comes_is_not_waited_for",
        "test_limits.test_a_download_that_is_not_read_is_cut_off",
        "test_abort.test_a_stalled_transfer_is_cut_off",
    ],
    "memory": [
        "test_limits.test_replies_that_are_not_read_do_not_pile_up",
        "test_library.test_too_many_commands_at_once_end_the_connection",
        "test_login.test_a_command_line_without_end_is_cut_off",
        "test_stock.test_replies_pile_up_without_a_bound",
    ],
}


@pytest.mark.parametrize("attack", TESTS)
def test_its_tests_are_there(attack: str) -> None:
    """A test that is renamed or removed leaves no hole that nobody sees."""
    for test in TESTS[attack]:
        module, name = test.split(".")
        tree = ast.parse(Path(__file__).with_name(f"{module}.py").read_text("utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in functions, test
