# Perl's Net::FTP as a program; fleet/scripts.py says how it is called.
use strict;
use warnings;
use Net::FTP;

my ($operation, @words) = @ARGV;
my $implicit = $ENV{TLS} eq 'implicit';
my $ftp = Net::FTP->new(
    'localhost',
    Port        => $ENV{PORT},
    Passive     => 1,
    SSL         => $implicit,
    SSL_ca_file => $ENV{CERTIFICATE},
) or die "connect: $@";

sub check { $_[0] or die $ftp->code, ' ', $ftp->message; return $_[0] }

sub resume {
    my ($file, $remote) = @_;
    my $offset = check($ftp->size($remote));
    open my $content, '<:raw', $file or die "$file: $!";
    seek $content, $offset, 0;
    return $ftp->append($content, $remote);
}

my %operations = (
    put    => sub { $ftp->put($_[0], $_[1]) },
    get    => sub { $ftp->get($_[1], $_[0]) },
    resume => \&resume,
    rename => sub { $ftp->rename($_[0], $_[1]) },
    list   => sub { print "$_\n" for @{ check(scalar $ftp->ls($_[0])) }; return 1 },
);
check($implicit || $ftp->starttls);
check($ftp->login($ENV{LOGIN}, $ENV{PASSWORD}));
check($ftp->prot('P')) if $implicit;
check($ftp->binary);
check($operations{$operation}->(@words));
$ftp->quit;
