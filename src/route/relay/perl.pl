# Carries bytes between stdin/stdout and the first address of the arguments that accepts a connection.
# A path is a unix socket, anything else HOST:PORT. Needs perl-base only.
# Says RUNNER_OK once connected; exits 111 where nothing accepts. Ends when the server closes, or a moment after
# stdin has ended.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;

my $SIZE   = 262144;
my $LINGER = 3;        # seconds the server has for its last words

my ( $server, @refused );
for my $address (@ARGV) {
    $server =
      $address =~ m{^/}
      ? IO::Socket::UNIX->new( Peer => $address )
      : IO::Socket::INET->new( PeerAddr => $address, Timeout => 10 );
    last if $server;
    push @refused, "$address: $!";
}
if ( !$server ) {
    print STDERR join( ', ', @refused ), "\n";
    exit 111;
}
syswrite STDOUT, "RUNNER_OK\n";

$SIG{PIPE} = 'IGNORE';
$server->blocking(0);
STDOUT->blocking(0);

# Each direction has one buffer, filled only when empty: whoever does not read slows down whoever writes, and
# neither direction waits for the other.
my ( $up, $down, $ended ) = ( '', '' );

sub flush_to {
    my ( $handle, $buffer ) = @_;
    return 1 if $$buffer eq '';
    my $written = syswrite $handle, $$buffer;
    return $!{EAGAIN} || $!{EINTR} if !defined $written;
    substr( $$buffer, 0, $written, '' );
    return 1;
}

while (1) {
    my ( $readable, $writable ) = ( '', '' );
    vec( $readable, fileno(STDIN),   1 ) = 1 if !$ended && $up eq '';
    vec( $readable, fileno($server), 1 ) = 1 if $down eq '';
    vec( $writable, fileno($server), 1 ) = 1 if $up ne '';
    vec( $writable, fileno(STDOUT),  1 ) = 1 if $down ne '';
    my $left = $ended ? $ended + $LINGER - time : undef;
    last if $ended && $left <= 0;
    next if select( $readable, $writable, undef, $left ) <= 0;

    if ( vec $readable, fileno(STDIN), 1 ) {
        if ( !sysread STDIN, $up, $SIZE ) {
            $up    = '';
            $ended = time;
            shutdown $server, 1;
        }
    }
    if ( vec $readable, fileno($server), 1 ) {
        last if !sysread $server, $down, $SIZE;
    }
    last if !flush_to( $server, \$up ) || !flush_to( \*STDOUT, \$down );
}
