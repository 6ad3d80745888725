class Libgreen < Formula
  desc "Green threads with structured concurrency"
  homepage "@HOMEPAGE@"
  url "@URL@/libgreen-@VERSION@.tar.xz"
  sha256 "@SHA256@"
  license "ISC"

  depends_on "pkgconf" => [:build, :test]
  depends_on "openssl@3"

  def install
    system "./configure", "--with-tls", *std_configure_args
    system "make"
    system "make", "install"
    system "make", "install-tools"
  end

  test do
    (testpath/"test.c").write <<~C
      #include <green.h>

      static int
      first(void *arg)
      {
      	(void)arg;
      	return (green_sleep(1 * GREEN_MSEC));
      }

      int
      main(void)
      {
      	return (green_run(first, NULL, NULL) == -1);
      }
    C
    flags = shell_output("pkgconf --cflags --libs libgreen").chomp.split
    system ENV.cc, "test.c", "-o", "test", *flags
    system "./test"
  end
end
