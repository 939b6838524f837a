# Perl's Net::SFTP::Foreign as a program; fleet/scripts.py says how it is called.
use strict;
use warnings;
use Encode qw(decode);
use Net::SFTP::Foreign;

my ($operation, @words) = map { decode('UTF-8', $_) } @ARGV;
my $sftp = Net::SFTP::Foreign->new(
    '127.0.0.1',
    port     => $ENV{PORT},
    user     => $ENV{LOGIN},
    key_path => $ENV{KEY},
    more     => [
        '-F', 'none', '-o', "UserKnownHostsFile=$ENV{KNOWN_HOSTS}", '-o', 'IdentitiesOnly=yes',
        '-o', 'BatchMode=yes',
    ],
);
$sftp->die_on_error('connect');
my %operations = (
    put    => sub { $sftp->put($_[0], $_[1]) },
    get    => sub { $sftp->get($_[1], $_[0]) },
    resume => sub { $sftp->put($_[0], $_[1], resume => 1) },
    rename => sub { $sftp->rename($_[0], $_[1]) },
    list   => sub { print "$_->{filename}\n" for @{ $sftp->ls($_[0]) || [] } },
);
$operations{$operation}->(@words);
$sftp->die_on_error($operation);
