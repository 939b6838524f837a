"""pyftpdlib's functional tests as a client suite: what is run against our edge, and what is not.

Run over explicit TLS, with protected data. A test that neither table knows fails here, so that an
upgrade of pyftpdlib brings its new tests to our notice.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import Final

import pytest

import upstream
from wharfinger import Server
from wharfinger.server.home import Home

RUN: Final = (
    "TestFtpAuthentication.test_auth_ok",
    "TestFtpDummyCmds.test_feat",
    "TestFtpDummyCmds.test_help",
    "TestFtpDummyCmds.test_mode",
    "TestFtpDummyCmds.test_noop",
    "TestFtpDummyCmds.test_quit",
    "TestFtpDummyCmds.test_site",
    "TestFtpDummyCmds.test_site_help",
    "TestFtpDummyCmds.test_stru",
    "TestFtpDummyCmds.test_syst",
    "TestFtpDummyCmds.test_type",
    "TestFtpFsOperations.test_dele",
    "TestFtpFsOperations.test_invalid_mfmt_timeval",
    "TestFtpFsOperations.test_mdtm",
    "TestFtpFsOperations.test_mfmt",
    "TestFtpFsOperations.test_missing_mfmt_timeval_arg",
    "TestFtpFsOperations.test_rmd",
    "TestFtpFsOperations.test_rnfr_rnto",
    "TestFtpStoreData.test_appe",
    "TestFtpStoreData.test_failing_rest_on_stor",
    "TestFtpStoreData.test_rest_on_stor",
    "TestFtpStoreData.test_stor",
    "TestFtpStoreData.test_stor_empty_file",
    "TestFtpRetrieveData.test_restore_on_retr",
    "TestFtpRetrieveData.test_retr",
    "TestFtpRetrieveData.test_retr_ascii_already_crlf",
    "TestFtpRetrieveData.test_retr_empty_file",
    "TestFtpListingCmds.test_list",
    "TestFtpListingCmds.test_mlsd",
    "TestFtpListingCmds.test_nlst",
    "TestFtpListingCmds.test_unforeseen_time_event",
    "TestFtpAbort.test_abor_during_transfer",
    "TestFtpAbort.test_abor_pasv",
    "TestIPv4Environment.test_pasv_v4",
    "_TestNetworkProtocols.test_epsv",
    "_TestNetworkProtocols.test_epsv_all",
    "TestCornerCases.test_quick_connect",
)

_WORDS: Final = "goes by the words of a reply that is right in its code"
_ROOT: Final = "its client's folder is the root there; here it is /in (test_session)"
_ACTIVE: Final = "active mode is not offered (test_attacks, RFC 2577)"
_INSIDE: Final = "looks into pyftpdlib's own server, or sets one up by its options"
_IDENTITY: Final = "an identity lasts as long as its connection (test_abort, test_login)"
_ASCII: Final = "files are kept byte for byte whatever the TYPE (test_session)"
_STOU: Final = "names of STOU are longer here, and are told by 150 (test_session)"
LEFT_OUT: Final = {
    "TestFtpAuthentication.test_anon_auth": "there is no anonymous login",
    "TestFtpAuthentication.test_auth_failed": "the third wrong password ends the connection here",
    "TestFtpAuthentication.test_max_auth": "as test_auth_failed; here in test_login",
    "TestFtpAuthentication.test_rein*": _IDENTITY,
    "TestFtpAuthentication.test_user*": _IDENTITY,
    "TestFtpAuthentication.test_wrong_cmds_order": "begins in clear, where nobody can log in",
    "TestFtpDummyCmds.test_allo": "announces `x` bytes; a number is held to (test_commands)",
    "TestFtpDummyCmds.test_rest": "REST in TYPE A is taken, because bytes are kept (test_session)",
    "TestFtpDummyCmds.test_opts_feat": "has pyftpdlib's facts in pyftpdlib's order",
    "TestFtpCmdsSemantic.*": "takes its commands from pyftpdlib's table, with REIN and PORT",
    "TestFtpFsOperations.test_cdup": _ROOT,
    "TestFtpFsOperations.test_cwd": _ROOT,
    "TestFtpFsOperations.test_mkd": _ROOT,
    "TestFtpFsOperations.test_pwd": _ROOT,
    "TestFtpFsOperations.test_site_chmod": "permissions are the server's; taken, and ignored",
    "TestFtpFsOperations.test_size": "SIZE in TYPE A is known, because bytes are kept",
    "TestFtpStoreData.test_appe_rest": "goes by another code: 503, RFC 959's for a bad sequence",
    "TestFtpStoreData.test_quit_during_transfer": "the reply to QUIT comes after the transfer's",
    "TestFtpStoreData.test_stor_active": _ACTIVE,
    "TestFtpStoreData.test_stor_ascii*": _ASCII,
    "TestFtpStoreData.test_stou*": _STOU,
    "TestFtpRetrieveData.test_retr_ascii": _ASCII,
    "TestFtpListingCmds.test_mlsd_all_facts": "facts tell nothing of the host's files",
    "TestFtpListingCmds.test_mlst": "the root has no name there; here it is `/`",
    "TestFtpListingCmds.test_stat": _WORDS,
    "TestFtpAbort.test_abor_no_data": _WORDS,
    "TestFtpAbort.test_abor_port": _ACTIVE,
    "TestFtpAbort.test_oob_abor": "TLS has no out-of-band byte; in-band in test_abort",
    "TestThrottleBandwidth.*": "an account's rate is no matter of the edge",
    "TestTimeouts.*": f"{_INSIDE}; deadlines in test_limits",
    "TestConfigurableOptions.*": _INSIDE,
    "TestCallbacks.*": _INSIDE,
    "_TestNetworkProtocols.test_eprt": _ACTIVE,
    "TestIPv4Environment.test_eprt_v4": _ACTIVE,
    "TestIPv4Environment.test_port_v4": _ACTIVE,
    "TestIPv6Environment.*": "a listener has one address; CI machines have no IPv6",
    "TestIPv6MixedEnvironment.*": "as TestIPv6Environment",
    "TestCornerCases.test_active_conn_error": _ACTIVE,
    "TestCornerCases.test_error_on_callback": _INSIDE,
    "TestCornerCases.test_ioloop_fileno": _INSIDE,
    "TestCornerCases.test_port_race_condition": _ACTIVE,
    "TestCornerCases.test_repr": _INSIDE,
    "ThreadedFTPTests.*": _INSIDE,
    "*TLSMixin.*": "the classes above, run over TLS, as all is here",
    "TestFTPS.*": f"{_INSIDE}; AUTH, PBSZ and PROT in test_login",
}

pytestmark = pytest.mark.skipif(
    not upstream.SOURCE.exists(), reason="pyftpdlib's tests are not here: tools/prepare upstream"
)


def test_every_upstream_test_is_in_one_table() -> None:
    """None is forgotten, none is in both, and none is kept that upstream no longer has."""
    cases = set(upstream.cases())
    left_out = {case for case in cases if any(fnmatch.fnmatchcase(case, row) for row in LEFT_OUT)}
    assert cases == left_out | set(RUN)
    assert not left_out & set(RUN)
    for row in LEFT_OUT:
        assert fnmatch.filter(cases, row), f"upstream has no {row} any more"


@pytest.mark.parametrize("case", RUN)
def test_an_upstream_test_passes(case: str, start: Callable[..., Server], home: Home) -> None:
    """What pyftpdlib promises to its clients holds for ours."""
    server = start()
    server.add_client("acme", timezone="UTC")
    server.add_account(upstream.LOGIN, client="acme", password=upstream.PASSWORD)
    server.add_folder(upstream.LOGIN, upstream.FOLDER, name="In")
    folder = home.client("acme").files / upstream.LOGIN / upstream.FOLDER.strip("/")
    upstream.run(case, server, folder, home.keys / "tls.crt")
